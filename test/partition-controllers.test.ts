/** Controllers that lose links, and clusters that lose their quorum: only who is dead is recovered. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { failed, type Member } from '../handlers/lib/decide/reading.ts';
import { consulGet } from '../scripts/lib/consul-api.ts';
import { eventually } from '../scripts/lib/eventually.ts';
import { patienceMs } from './fixtures/installed-cloud.ts';
import { about, posted } from './fixtures/notified.ts';
import { type PartitionCloud, startPartition } from './fixtures/partition.ts';

let cloud: PartitionCloud;
const names = ['controller-1', 'controller-2', 'controller-3'];

before(async () => {
	// A server that was cut off and then leads calls critical whom its own gossip has not heard yet: what
	// stands against that is the storm gate, so it is on, and `confirm` as long as by default.
	cloud = await startPartition({ computes: 7 }, { confirm: '15s' });
});
after(() => cloud?.close());

test('the hub loses its quorum, a host dies: one recovery, after the quorum is back (I1)', async () => {
	const [, ...cut] = names;
	for (const name of cut) await cloud.cut(name, 'management');
	await cloud.powerOff('compute-4');
	await cloud.says(
		cloud.host('controller-1'),
		/^critical: no decisions: the hub does not answer$/m,
	);
	const { http } = cloud.host('controller-1').agent('storage');
	const isDead = async () => {
		const members = (await consulGet(http, '/v1/agent/members')) as Member[];
		return members.some(({ Name, Status }) => Name === 'compute-4' && Status === failed);
	};
	await eventually(isDead, { timeoutMs: patienceMs });
	// Longer than it takes to confirm it.
	await pass(25_000);
	assert.equal(posted(cloud.masakari).length, 0, 'nothing was sent without a quorum');
	const mendedAt = Date.now();
	for (const name of cut) await cloud.mend(name, 'management');
	const { attempt } = await cloud.assertRecovered('compute-4');
	assert.ok(attempt.committed_at > mendedAt, 'nor committed to');
	await cloud.tolerant();
});

test('storage loses its quorum, a host dies: one recovery, after the quorum is back (I1, I5)', async () => {
	const [, ...cut] = names;
	for (const name of cut) await cloud.cut(name, 'storage');
	await cloud.powerOff('compute-5');
	await cloud.allSay(/^critical: storage cannot be read: /m);
	await cloud.allSay(
		/^warning: compute-5: management down, tenant down, storage unknown: undecided$/m,
	);
	await pass(25_000);
	assert.equal(posted(cloud.masakari).length, 1, 'nothing was sent without a quorum');
	const mendedAt = Date.now();
	for (const name of cut) await cloud.mend(name, 'storage');
	const { attempt } = await cloud.assertRecovered('compute-5');
	assert.ok(attempt.committed_at > mendedAt, 'nor committed to');
	await cloud.tolerant();
	await cloud.allSay(/^warning: 0 critical, /);
	await cloud.assertAlone(...[1, 2, 3, 6, 7].map((i) => `compute-${i}`));
});

test('the storage NIC of the controller that leads there dies: another acts on a real failure (I5)', async () => {
	await cloud.configure({ confirm: '4s', storm: { max_hosts: 100, max_fraction: 1 } });
	const blind = await cloud.leader('storage');
	await cloud.cut(blind.name, 'storage');
	await cloud.says(blind, /^critical: storage cannot be read: /m);
	await cloud.powerOff('compute-1');
	const { attempt } = await cloud.assertRecovered('compute-1');
	assert.notEqual(attempt.controller, blind.name);
	await cloud.mend(blind.name, 'storage');
	await cloud.tolerant();
	await cloud.allSay(/^warning: 0 critical, /);
});

test('isolated everywhere while it holds the lock: what it sent is found, the next is sent by others (I2, I5)', async () => {
	const { masakari } = cloud;
	const made = masakari.fault({ at: 'after', act: 'hang', when: about('compute-2') });
	await cloud.powerOff('compute-2');
	await masakari.waitFor(() => made.met.length > 0, patienceMs);
	const { incidents } = await cloud.until('KV', (stored) => stored);
	const holder = incidents['compute-2']?.value.attempt.controller ?? assert.fail('committed');
	await cloud.cut(holder);
	await cloud.powerOff('compute-3');
	const { attempt } = await cloud.assertRecovered('compute-3');
	assert.notEqual(attempt.controller, holder);
	await cloud.assertRecovered('compute-2');
	await cloud.mend(holder);
	await cloud.tolerant();
	made.release();
	await cloud.allSay(/^warning: 0 critical, /);
});

test('the tenant agent of a controller is dead when a host dies: one recovery', async () => {
	await cloud.host('controller-2').agent('tenant').kill();
	await cloud.powerOff('compute-6');
	await cloud.assertRecovered('compute-6');
});

test('nobody but those that died was ever told of (I5)', async () => {
	await cloud.assertAlone('compute-7');
	assert.equal(posted(cloud.masakari).length, 6);
});
