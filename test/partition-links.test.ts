/** What a compute host's own links, paths and agents may do, with default gossip and the agent probe on. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { heldFor } from './fixtures/held.ts';
import { type PartitionCloud, startPartition } from './fixtures/partition.ts';

let cloud: PartitionCloud;
const vectorOf = (incident: { readonly vector: object }) =>
	Object.values(incident.vector).join('/');

before(async () => {
	const storm = { max_hosts: 100, max_fraction: 1 };
	cloud = await startPartition({ computes: 10, gossip: 'default' }, { confirm: '6s', storm });
	const { nets, numberOf } = cloud;
	// For as long as all the others take.
	await nets.lose(numberOf('compute-8'), 'storage', 40);
	await nets.part(numberOf('controller-1'), numberOf('compute-9'), 'storage');
});
after(() => cloud?.close());

test('management, tenant, or both cut: no recovery, and every check says why', async () => {
	await cloud.cut('compute-4', 'management');
	await cloud.cut('compute-5', 'tenant');
	await cloud.cut('compute-6', 'management', 'tenant');
	await cloud.allSay(
		/^warning: compute-4: management down: left alone by the matrix$/m,
		/^warning: compute-5: tenant down: left alone by the matrix$/m,
		/^warning: compute-6: management down, tenant down: left alone by the matrix$/m,
	);
});

test('storage cut: one recovery', async () => {
	await cloud.cut('compute-1', 'storage');
	assert.equal(vectorOf(await cloud.assertRecovered('compute-1')), 'up/up/down');
});

test('storage hears nothing and still sends: one recovery', async () => {
	await cloud.nets.deafen(cloud.numberOf('compute-2'), 'storage');
	assert.equal(vectorOf(await cloud.assertRecovered('compute-2')), 'up/up/down');
});

test('a host that hangs, links up and ports open: one recovery', async () => {
	cloud.host('compute-3').pause();
	assert.equal(vectorOf(await cloud.assertRecovered('compute-3')), 'down/down/down');
});

test('a storage agent that dies on a living host is named, and nobody is recovered (I1)', async () => {
	const agent = cloud.host('compute-7').agent('storage');
	await agent.kill();
	await cloud.until('held for longer than confirm', heldFor(10, 'compute-7', 'agent'));
	const why = /its kernel answers on storage: restart the consul agent of storage on compute-7/;
	await cloud.shown('compute-7', 'agent', why);
	await agent.start();
	await cloud.until('up', ({ snapshots }) => snapshots['storage']?.value.up.includes('compute-7'));
	await cloud.noted('compute-7', 'agent');
});

test('a storage agent that is killed and restarted by its unit, three times: nothing comes of it', async () => {
	const agent = cloud.host('compute-10').agent('storage');
	for (let times = 0; times < 3; times++) {
		await agent.kill();
		// What RestartSec is in its unit.
		await pass(2000);
		await agent.start();
	}
	await cloud.until('up', ({ snapshots, views }) => {
		const isDue = Object.values(views).some(({ value }) => value.due['compute-10']);
		return !isDue && snapshots['storage']?.value.up.includes('compute-10');
	});
	await cloud.assertAlone('compute-10');
	await cloud.allSay(/^(?!.*compute-10)/s);
});

test('40 % of storage packets lost, one path cut, management or tenant cut: nobody was recovered', async () => {
	await cloud.assertAlone(...[4, 5, 6, 7, 8, 9].map((i) => `compute-${i}`));
	const { snapshots } = await cloud.until('KV', (stored) => stored);
	assert.ok(snapshots['storage']?.value.up.includes('compute-9'), 'compute-9 is up on storage');
});
