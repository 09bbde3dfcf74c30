/** The hub loses its leader, its quorum and its memory while a host is dead: told once, all the same. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { consulGet } from '../scripts/lib/consul-api.ts';
import { heldBy } from './fixtures/held.ts';
import {
	type InstalledCloud,
	liveHub,
	patienceMs,
	startInstalled,
} from './fixtures/installed-cloud.ts';
import { about, assertOne, notified, postsOf, rowsOf } from './fixtures/notified.ts';

let cloud: InstalledCloud;

before(async () => {
	cloud = await startInstalled({ computes: 4 }, { storm: { max_hosts: 100, max_fraction: 1 } });
});
after(() => cloud?.close());

async function assertSent(host: string): Promise<void> {
	const incident = await cloud.until(`${host} finished`, notified(host, 'finished'));
	assertOne(cloud.masakari, host, incident);
	assert.equal(postsOf(cloud.masakari, host).length, 1);
}

/** The catalog's index of the write that made a host critical at the hub. */
async function criticalIndex(host: string): Promise<number> {
	const path = '/v1/health/state/critical?consistent';
	const checks = (await consulGet(liveHub(cloud), path)) as Check[];
	const found = checks.find((one) => one.Node === host && one.CheckID === 'serfHealth');
	return found?.ModifyIndex ?? assert.fail(`${host} is critical`);
}

interface Check {
	readonly Node: string;
	readonly CheckID: string;
	readonly ModifyIndex: number;
}

test('its leader dies while the request is at Masakari: the answer is recorded, or found (I2)', async () => {
	const { masakari } = cloud;
	const made = masakari.fault({ at: 'after', act: 'hang', when: about('compute-1') });
	await cloud.host('compute-1').kill();
	await masakari.waitFor(() => made.met.length > 0, patienceMs);
	const leader = (await cloud.leader()).agent(cloud.hub);
	const before = await criticalIndex('compute-1');
	await leader.kill();
	made.release();
	await assertSent('compute-1');
	assert.equal(await criticalIndex('compute-1'), before, 'the same outage for another leader');
	await leader.start();
});

test('without a quorum nothing is sent and every check says so; regained, it is sent once (I1, I2)', async () => {
	const [first, ...others] = cloud.controllers.map((one) => one.agent(cloud.hub));
	for (const agent of others) await agent.kill();
	await cloud.host('compute-2').kill();
	const [survivor = assert.fail('a controller')] = cloud.controllers;
	await cloud.says(survivor, /^critical: no decisions: the hub does not answer$/m);
	assert.deepEqual(postsOf(cloud.masakari, 'compute-2'), []);
	assert.ok(first?.pid, 'one of three runs');
	for (const agent of others) await agent.start();
	await assertSent('compute-2');
});

test('restored to before the incident, no second one is sent, and the reason is said (I2)', async () => {
	const [controller = assert.fail('a controller')] = cloud.controllers;
	const agent = controller.agent(cloud.hub);
	const file = join(cloud.dir, 'before.snap');
	await agent.consul('snapshot', 'save', file);
	await cloud.host('compute-3').kill();
	await assertSent('compute-3');
	await agent.consul('snapshot', 'restore', file);
	await cloud.until('held', heldBy('compute-3', 'masakari', /that no record names/));
	for (const one of cloud.controllers) {
		await cloud.says(one, /^critical: compute-3: held by masakari: .*that no record names/m);
	}
	assert.equal(rowsOf(cloud.masakari, 'compute-3').length, 1);
	assert.equal(postsOf(cloud.masakari, 'compute-3').length, 1);
});

test('another host that dies then is sent as ever (I2)', async () => {
	await cloud.host('compute-4').kill();
	await assertSent('compute-4');
});
