/** Holes that were found open once: each stays closed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeOperations, commitOperations } from '../handlers/lib/commit.ts';
import { closeIncident } from '../handlers/lib/decide/closing.ts';
import { keyOf } from '../handlers/lib/decide/keys.ts';
import { decideLearnt } from '../handlers/lib/decide/outcome.ts';
import { plan } from '../handlers/lib/decide/plan.ts';
import { isReturning } from '../handlers/lib/decide/steps.ts';
import { decideStorm } from '../handlers/lib/decide/storm.ts';
import { parseStored } from '../handlers/lib/schema/stored.ts';
import { createModelKv } from './fixtures/model-kv.ts';
import {
	all,
	begun,
	beside,
	type Given,
	gatesOf,
	hostNames,
	incidentOf,
	later,
	masakariOf,
	quiet,
	seenFor,
	viewed,
	withIncident,
	wordOf,
	worldOf,
} from './fixtures/world.ts';

test('a latch does not calm while its controller is blind (I6)', () => {
	const latch = { since: 1, last_seen: 90, count: 9, limit: 5, calm_since: 20 };
	assert.equal(decideStorm(latch, 0, 5, 100, 60_000, true)?.calm_since, null);
	assert.equal(decideStorm(latch, 0, 5, 100, 60_000, false), null);
});

const returns = [
	{ name: 'every network shows it up', before: 'up/up/down', healths: 'up/up/up', expected: true },
	{ name: 'one network lost it', before: 'up/up/down', healths: 'up/unknown/up', expected: false },
	{ name: 'one is down', before: 'up/up/down', healths: 'up/down/up', expected: false },
	{ name: 'it left', before: 'up/up/down', healths: 'up/up/left', expected: true },
	{
		name: 'it never had an agent there',
		before: 'up/unknown/down',
		healths: 'up/unknown/up',
		expected: true,
	},
];

for (const { name, before, healths, expected } of returns) {
	test(`a host is ${expected ? '' : 'not '}coming back where ${name}`, () => {
		const world = worldOf({ hosts: { ...quiet, n1: healths } });
		const [management, tenant, storage] = before.split('/');
		const vector = { management, tenant, storage } as ReturnType<typeof incidentOf>['vector'];
		const facts = plan(world).hosts.get('n1');
		assert.equal(isReturning(world, { vector }, facts), expected);
	});
}

test('a leave holds a host after gossip has forgotten it, and without that network too (I4)', () => {
	const world = seenFor(worldOf({ hosts: { ...quiet, n1: 'absent/up/down' } }), 20, ['n1']);
	assert.deepEqual(begun(plan(world)), ['n1'], 'due as long as nothing is known of a leave');
	const { management } = world.stored.snapshots;
	assert.ok(management, 'management has a snapshot');
	const left = { ...management, value: { ...management.value, left: ['n1'] } };
	const snapshots = { ...world.stored.snapshots, management: left };
	const known = { ...world, stored: { ...world.stored, snapshots } };
	const unread = { ok: false, error: 'no leader' } as const;
	for (const reads of [known.reads, { ...known.reads, management: unread }]) {
		const planned = plan({ ...known, reads });
		assert.deepEqual(begun(planned), []);
		assert.deepEqual(gatesOf(planned, 'n1'), ['leaving']);
	}
});

test('a maintenance key in capitals holds the host as one that cannot be read (I4)', () => {
	const value = Buffer.from('{"version":1,"who":"ann","why":"disk","at":1}').toString('base64');
	const entry = { Key: 'maintenance/N1', Value: value, ModifyIndex: 7, Flags: 0 };
	const { unreadable, maintenance } = parseStored([entry], 9);
	assert.deepEqual(unreadable, [{ key: 'maintenance/N1', error: 'is spelled n1 here' }]);
	assert.deepEqual(Object.keys(maintenance), []);
	const world = seenFor(worldOf({ hosts: { ...quiet, n1: 'up/up/down' } }), 20, ['n1']);
	assert.deepEqual(begun(plan(world)), ['n1']);
	const held = plan({ ...world, stored: { ...world.stored, unreadable } });
	assert.deepEqual(begun(held), []);
	assert.deepEqual(gatesOf(held, 'n1'), ['unreadable']);
});

test('a key is one segment that Consul takes, whatever the node is called', () => {
	for (const name of ['n1', 'N1', 'rack 1/n1', '..', 'ñ', '~', 'a.b']) {
		assert.match(keyOf(name), /^[a-z0-9_~-][a-z0-9._~-]*$/);
	}
});

test('a refusal whose look-up failed keeps its generated_time, and is not waited for (I2)', () => {
	const refused = { kind: 'refused', error: '401', scope: 'controller', rarely: false } as const;
	const learnt = decideLearnt(refused, null, incidentOf('n1', -1), 0.5);
	assert.deepEqual(learnt, { kind: 'unsent', error: '401', waitMs: 0 });
});

const dead = seenFor(worldOf({ hosts: { ...quiet, n1: 'up/up/down' } }), 20, ['n1']);

for (const gate of ['paused', 'maintenance', 'leaving', 'storm', 'agent']) {
	test(`a host that ${gate} no longer holds confirms anew: one lost probe proves nothing (I1)`, () => {
		assert.deepEqual(begun(plan(dead)), ['n1']);
		const freed = viewed(dead, { held: { n1: [{ gate, reason: 'it was so' }] } });
		assert.deepEqual(begun(plan(freed)), []);
	});
}

const ends: readonly { name: string; before: Given; after: Given }[] = [
	{ name: 'a pause', before: { kept: { paused: wordOf() } }, after: {} },
	{ name: 'a maintenance of ours', before: { kept: { maintenance: { n1: wordOf() } } }, after: {} },
	{ name: 'consul maint', before: { consulMaint: { management: ['n1'] } }, after: {} },
	{
		name: 'a pause, beside a leave that ends with it',
		before: { hosts: { ...quiet, n1: 'left/up/down' }, kept: { paused: wordOf() } },
		after: {},
	},
];

for (const { name, before, after } of ends) {
	test(`the end of ${name} recovers nobody before they are confirmed anew (I4)`, () => {
		const hosts = { ...quiet, n1: 'up/up/down' };
		const held = seenFor(worldOf({ hosts, ...before }), 1800, ['n1']);
		const { stored, reads } = worldOf({ hosts, ...after });
		const free = later(held, 10, { reads, stored });
		assert.deepEqual(gatesOf(plan(free), 'n1'), []);
		assert.deepEqual(begun(plan(free)), []);
		assert.deepEqual(begun(plan(later(free, 14))), []);
		assert.deepEqual(begun(plan(later(free, 15))), ['n1']);
	});
}

test('of more due hosts than are fully named, the end of a pause is remembered of each (I4)', () => {
	const hosts = hostNames(120);
	const unreadable = [{ key: 'networks/storage', error: 'no JSON' }];
	const storm = { maxHosts: 1000, maxFraction: 1, calmMs: 0 };
	const given = { hosts: all(hosts, 'up/up/down'), settings: { storm } };
	const held = seenFor(worldOf({ ...given, kept: { unreadable, paused: wordOf() } }), 60, hosts);
	assert.deepEqual(gatesOf(plan(held), 'n120'), ['unreadable', 'paused']);
	const free = later(held, 10, { stored: worldOf(given).stored });
	assert.deepEqual(begun(plan(free)), []);
});

test('the latch of a blind controller does not hold one that reads everything (I6)', () => {
	const storm = { since: 1, last_seen: 2, count: 9, limit: 5, calm_since: null };
	assert.deepEqual(gatesOf(plan(beside(dead, 'c2', { storm })), 'n1'), ['storm']);
	const blind = { storm, networks: { storage: 'no answer' } };
	assert.deepEqual(begun(plan(beside(dead, 'c2', blind))), ['n1']);
});

/** A KV in memory, with the lock held. */
function lockedKv() {
	const kv = createModelKv(() => {});
	const session = kv.createSession({ name: 'x', ttlSeconds: 10, behavior: 'delete' });
	assert.equal(kv.acquire('lock', 'held', session), true);
	return { kv, lock: { session } };
}

test('an incident that two controllers close is closed once (I2)', () => {
	const { kv, lock } = lockedKv();
	const incident = incidentOf('n1', -60);
	kv.putCas('hosts/n1', JSON.stringify(incident), 0);
	const index = kv.read('hosts/n1')?.ModifyIndex ?? 0;
	const closed = closeIncident(incident, 'returned', 1, '2026-11-22T12:00:00Z');
	const close = (key: string) => kv.transact(closeOperations('n1', index, key, closed, lock)).ok;
	assert.equal(close('history/a-n1'), true);
	assert.equal(close('history/b-n1'), false);
	assert.equal(kv.read('history/b-n1'), null);
});

test('an approval that is taken back before the commit allows nothing (I6)', () => {
	const { kv, lock } = lockedKv();
	const word = { version: 1, who: 'ann', why: 'disk', at: 1, until: 2 } as const;
	kv.putCas('approved/n1', JSON.stringify(word), 0);
	const index = kv.read('approved/n1')?.ModifyIndex ?? 0;
	const stored = { ...dead.stored, approved: { n1: { value: word, index } } };
	const begin = () =>
		kv.transact(commitOperations({ ...dead, stored }, 'n1', incidentOf('n1', 0), lock)).ok;
	kv.deleteCas('approved/n1', index);
	assert.equal(begin(), false);
	assert.equal(kv.read('hosts/n1'), null);
});

test('a controller whose clock is a minute off looks nothing up: it would be too early for all (I2)', () => {
	const open = incidentOf('n1', -40);
	const given = { hosts: { ...quiet, n1: 'up/up/down' } };
	const lookUps = (offsetMs: number) => {
		const masakari = { ...masakariOf(['n1']), offsetMs };
		const { steps } = plan(withIncident(worldOf({ ...given, masakari }), 'n1', open));
		return steps.filter(({ kind }) => kind === 'look-up').length;
	};
	assert.equal(lookUps(300), 1);
	assert.equal(lookUps(60_000), 0);
});
