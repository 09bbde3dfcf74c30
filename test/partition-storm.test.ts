/** Switches that fail and are repaired, with default gossip and all other defaults: limit 2 of 8 hosts. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { heldFor, operate } from './fixtures/held.ts';
import { posted } from './fixtures/notified.ts';
import { type PartitionCloud, startPartition } from './fixtures/partition.ts';

let cloud: PartitionCloud;
/** How long the switch is off, and for how long nobody may be told after it. */
const [outageMs, calmMs] = [60_000, 60_000];
const leaf = [1, 2, 3, 4, 5, 6].map((i) => `compute-${i}`);

before(async () => {
	cloud = await startPartition({ computes: 8, gossip: 'default' }, { confirm: '15s' });
});
after(() => cloud?.close());

/** Every controller has seen all of them due for longer than `confirm`, and held. */
const heldLong = (hosts: readonly string[]) =>
	cloud.until('held for long', (stored) =>
		hosts.every((host) => heldFor(20, host, 'storm')(stored)),
	);

test('the whole storage switch dies and comes back: nobody, not even stragglers (I5, I6)', async () => {
	await cloud.nets.switchOff('storage');
	await cloud.allSay(/^critical: storage cannot be read: /m);
	// Long enough for each server's gossip to have given up everybody: what it leads with afterwards.
	await pass(outageMs);
	assert.deepEqual(posted(cloud.masakari), []);
	await cloud.nets.switchOn('storage');
	await pass(calmMs);
	assert.deepEqual(posted(cloud.masakari), []);
	await cloud.allSay(/^8 hosts on 3 networks$/m);
	assert.deepEqual(posted(cloud.masakari), []);
});

test('six of eight lose storage at a leaf switch, and get it back: nobody, during and after (I6)', async () => {
	for (const host of leaf) await cloud.cut(host, 'storage');
	await cloud.allSay(/^critical: storm: 6 hosts at once, limit 2: /m);
	await heldLong(leaf);
	await cloud.shown('compute-6', 'storm', /6 hosts at once, limit 2/);
	for (const host of leaf) await cloud.mend(host, 'storage');
	// Not the check's word: a controller that saw them due in the switch's outage, too, warns of their links.
	await cloud.until('all up, and no storm', ({ snapshots, views }) => {
		const isCalm = Object.values(views).every(({ value: { due, storm } }) => {
			return storm === null && Object.keys(due).length === 0;
		});
		return isCalm && leaf.every((host) => snapshots['storage']?.value.up.includes(host));
	});
	await cloud.noted('compute-6', 'storm');
	assert.deepEqual(posted(cloud.masakari), []);
});

test('the same and never repaired, two approved: exactly those two (I6)', async () => {
	for (const host of leaf) await cloud.cut(host, 'storage');
	await heldLong(leaf);
	await operate(cloud, 'approve', 'compute-1', 'compute-2', '--reason', 'their VMs first');
	for (const host of ['compute-1', 'compute-2']) await cloud.assertRecovered(host);
	await heldLong(leaf.slice(2));
	await cloud.assertAlone(...leaf.slice(2));
	assert.equal(posted(cloud.masakari).length, 2);
});
