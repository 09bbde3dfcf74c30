/** The power of a whole site fails, controllers first, and comes back host by host. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../scripts/lib/eventually.ts';
import { patienceMs } from './fixtures/installed-cloud.ts';
import { posted } from './fixtures/notified.ts';
import { type PartitionCloud, startPartition } from './fixtures/partition.ts';

let cloud: PartitionCloud;

before(async () => {
	cloud = await startPartition({ computes: 5, gossip: 'default' }, { confirm: '15s' });
});
after(() => cloud?.close());

test('all goes, controllers first; all but one come back one by one: nobody, and it is named (I5, I6)', async () => {
	const { controllers, computes } = cloud;
	for (const { name } of [...controllers, ...computes]) await cloud.powerOff(name);
	await Promise.all(controllers.map(({ name }) => cloud.powerOn(name)));
	for (const network of cloud.networks) {
		await eventually(() => cloud.leader(network), { timeoutMs: patienceMs });
	}
	const [lost = assert.fail('a compute host'), ...back] = computes;
	for (const { name } of back) {
		await cloud.powerOn(name);
		await cloud.until(`${name} up`, ({ snapshots }) =>
			cloud.networks.every((network) => snapshots[network]?.value.up.includes(name)),
		);
	}
	await cloud.allSay(new RegExp(`^critical: ${lost.name}: vanished from storage: `, 'm'));
	assert.deepEqual(posted(cloud.masakari), []);
	await cloud.assertAlone(...computes.map(({ name }) => name));
});
