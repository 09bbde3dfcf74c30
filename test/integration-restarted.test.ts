/** Hosts that were dead before hostmonitor came, and controllers that restart while a host is dead. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serfHealth } from '../scripts/lib/consul-api.ts';
import { eventually } from '../scripts/lib/eventually.ts';
import { type InstalledCloud, startInstalled } from './fixtures/installed-cloud.ts';
import { assertOne, notified, postsOf, rowsOf } from './fixtures/notified.ts';

const host = 'compute-1';
let cloud: InstalledCloud;

before(async () => {
	cloud = await startInstalled({ computes: 4, dead: [host] }, {});
});
after(() => cloud?.close());

test('a host that was down before hostmonitor was installed is due like any other (I2)', async () => {
	const incident = await cloud.until('sent', notified(host, 'finished'));
	assertOne(cloud.masakari, host, incident);
	assert.deepEqual(incident.vector, { management: 'down', tenant: 'down', storage: 'down' });
});

test('controllers restarted one by one forget the dead: its incident stays, nothing is sent (I2)', async () => {
	for (const controller of cloud.controllers) {
		await controller.stop();
		await controller.start();
		for (const { http } of controller.agents) {
			await serfHealth(http, (byNode) => byNode.get(controller.name) === 'passing');
		}
		for (const network of cloud.networks) await cloud.leader(network);
	}
	const { incidents } = await cloud.until('vanished', (stored) => {
		const everywhere = cloud.networks.every((network) =>
			stored.snapshots[network]?.value.vanished.includes(host),
		);
		return everywhere && stored;
	});
	assert.equal(incidents[host]?.value.state, 'notified');
	for (const controller of cloud.controllers) {
		await cloud.says(controller, /^critical: compute-1: vanished from storage: /m);
	}
	assert.equal(postsOf(cloud.masakari, host).length, 1);
});

test('it is reported until it is back, and then its incident is closed', async () => {
	await cloud.host(host).start();
	const closed = await cloud.until('closed', ({ incidents, history }) => {
		const [record] = Object.values(history).filter(({ value }) => value.name === host);
		return incidents[host] === undefined && record?.value;
	});
	assert.equal(closed.reason, 'returned');
	assert.equal(rowsOf(cloud.masakari, host).length, 1);
	await eventually(async () => {
		const [controller = assert.fail('a controller')] = cloud.controllers;
		return !/vanished/.test((await cloud.says(controller)).Output);
	});
});
