import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClosedIncident } from '../handlers/lib/decide/incident.ts';
import type { MasakariFacts } from '../handlers/lib/decide/masakari.ts';
import type { Matrix } from '../handlers/lib/decide/matrix.ts';
import { plan } from '../handlers/lib/decide/plan.ts';
import { emptySnapshot } from '../handlers/lib/decide/snapshot.ts';
import type { OperatorWord } from '../handlers/lib/decide/stored.ts';
import type { World } from '../handlers/lib/decide/world.ts';
import {
	all,
	begun,
	beside,
	type Given,
	gatesOf,
	hostNames,
	incidentOf,
	masakariOf,
	networks,
	notifiedOf,
	now,
	quiet,
	rowOf,
	seenFor,
	timeAt,
	viewed,
	withIncident,
	wordOf,
	worldOf,
} from './fixtures/world.ts';

/** A world in which `n1`'s storage has been down for longer than it takes, and all else is well. */
function dead(given: Given = {}): World {
	const hosts = given.hosts ?? { ...quiet, n1: 'up/up/down' };
	return seenFor(worldOf({ ...given, hosts }), 20, ['n1']);
}

const names = [...Object.keys(quiet), 'n1'];
const latch = { since: 1, last_seen: 2, count: 12, limit: 5, calm_since: null };
const closed = (seconds: number, changes: Partial<ClosedIncident> = {}): ClosedIncident => ({
	...notifiedOf('n1', seconds),
	closed_at: 0,
	reason: 'returned',
	...changes,
});

/** Recovery where this is so of management and storage, and only there. */
const matrixWhere = (recovers: (management: boolean, storage: boolean) => boolean): Matrix => ({
	sequence: networks,
	actions: Object.fromEntries(
		['up', 'down'].flatMap((m) =>
			['up', 'down'].flatMap((t) =>
				['up', 'down'].map((s) => [
					`${m}/${t}/${s}`,
					recovers(m === 'down', s === 'down') ? ('recovery' as const) : ('none' as const),
				]),
			),
		),
	),
});
const both = matrixWhere((management, storage) => management && storage);
const either = matrixWhere((management, storage) => management || storage);

const masakari = (
	rows: Parameters<typeof masakariOf>[1] = [],
	changes: Parameters<typeof masakariOf>[2] = {},
) => masakariOf(names, rows, changes);
const offset = (offsetMs: number): MasakariFacts => ({ ...masakari(), offsetMs });

const cases: readonly {
	name: string;
	world: World;
	/** The gate and its facts; null: the host begins. */
	expected: readonly [gate: string, reason: RegExp] | null;
}[] = [
	{ name: 'nothing', world: dead(), expected: null },

	...['paused', 'networks/storage', 'networks/tenant', 'hosts/n1', 'maintenance/n1'].map((key) => ({
		name: `${key} that does not parse`,
		world: dead({ kept: { unreadable: [{ key, error: '/why: is 7' }] } }),
		expected: ['unreadable', new RegExp(`^${key}: /why: is 7$`)] as const,
	})),
	...['approved/n1', 'controllers/c2', 'controllers/c1'].map((key) => ({
		name: `${key} that does not parse`,
		world: dead({ kept: { unreadable: [{ key, error: 'no JSON' }] } }),
		expected: ['unreadable', new RegExp(`^${key}: no JSON$`)] as const,
	})),
	...['hosts/n2', 'maintenance/n2', 'approved/n2', 'history/x', 'lock'].map((key) => ({
		name: `${key}, another's key, that does not parse`,
		world: dead({ kept: { unreadable: [{ key, error: 'no JSON' }] } }),
		expected: null,
	})),
	{
		name: 'a pause without an end',
		world: dead({ kept: { paused: wordOf() } }),
		expected: ['paused', /^paused by ann: kernel update$/],
	},
	{
		name: 'a pause that lasts',
		world: dead({ kept: { paused: wordOf(3600) } }),
		expected: ['paused', /^paused by ann until 2026-11-22T13:00:00\.000Z: kernel update$/],
	},
	{
		name: "a pause that ended 9 s ago: another's clock may be 10 s behind",
		world: dead({ kept: { paused: wordOf(-9) } }),
		expected: ['paused', /until 2026-11-22T11:59:51\.000Z/],
	},
	{
		name: 'a pause that ended 10 s ago',
		world: dead({ kept: { paused: wordOf(-10) } }),
		expected: null,
	},

	{
		name: 'our maintenance key without an end (I4)',
		world: dead({ kept: { maintenance: { n1: wordOf() } } }),
		expected: ['maintenance', /^in maintenance by ann: kernel update$/],
	},
	{
		name: 'our maintenance key that ended 9 s ago (I4)',
		world: dead({ kept: { maintenance: { n1: wordOf(-9) } } }),
		expected: ['maintenance', /until 2026-11-22T11:59:51\.000Z/],
	},
	{
		name: 'our maintenance key that ended 10 s ago',
		world: dead({ kept: { maintenance: { n1: wordOf(-10) } } }),
		expected: null,
	},
	{
		name: 'our maintenance key of another host',
		world: dead({ kept: { maintenance: { n2: wordOf() } } }),
		expected: null,
	},
	...networks.map((network) => ({
		name: `consul maint on ${network} alone (I4)`,
		world: dead({ consulMaint: { [network]: ['n1'] } }),
		expected: ['maintenance', new RegExp(`^consul maint on ${network}$`)] as const,
	})),
	{
		name: 'consul maint on two networks (I4)',
		world: dead({ consulMaint: { management: ['n1'], storage: ['n1'] } }),
		expected: ['maintenance', /^consul maint on management, storage$/],
	},
	{
		name: 'consul maint seen earlier on a network that cannot be read now (I4)',
		world: dead({ consulMaint: { tenant: ['n1'] }, unreadable: ['tenant'] }),
		expected: ['maintenance', /^consul maint on tenant$/],
	},
	{
		name: 'consul maint seen earlier of a node that vanished from that network (I4)',
		world: dead({
			hosts: { ...quiet, n1: 'up/absent/down' },
			kept: { snapshots: { tenant: { ...emptySnapshot, vanished: ['n1'], maintenance: ['n1'] } } },
		}),
		expected: ['maintenance', /^consul maint on tenant$/],
	},
	{
		name: 'consul maint of earlier, where a read shows the node present without it',
		world: dead({
			kept: { snapshots: { tenant: { ...emptySnapshot, up: ['n1'], maintenance: ['n1'] } } },
		}),
		expected: null,
	},

	{
		name: 'a leave of one network (I4)',
		world: dead({ hosts: { ...quiet, n1: 'left/up/down' } }),
		expected: ['leaving', /^left management$/],
	},
	{
		name: 'a leave of two networks (I4)',
		world: dead({ hosts: { ...quiet, n1: 'left/left/down' } }),
		expected: ['leaving', /^left management, tenant$/],
	},
	{
		name: 'an earlier leave of a network that cannot be read now (I4)',
		world: dead({ hosts: { ...quiet, n1: 'up/left/down' }, unreadable: ['tenant'] }),
		expected: ['leaving', /^left tenant$/],
	},
	{
		name: 'a leave that only another controller still knows (I4)',
		world: beside(dead(), 'c2', { left: ['n1'] }),
		expected: ['leaving', /^c2 sees that it left a network$/],
	},
	{
		name: 'a leave in a snapshot that a read of the same network does not show any more',
		world: dead({ kept: { snapshots: { tenant: { ...emptySnapshot, left: ['n1'] } } } }),
		expected: null,
	},

	{
		name: "another controller's gossip that knows it alive (I5)",
		world: beside(dead(), 'c2', { contradicts: { storage: ['m1', 'n1'] } }),
		expected: ['contradicted', /^alive in the gossip of c2 on storage$/],
	},
	{
		name: "another controller's gossip that knows it alive on all networks (I5)",
		world: beside(dead({ hosts: { ...quiet, n1: 'down/down/down' } }), 'c2', {
			contradicts: { management: ['n1'], tenant: ['n2'], storage: ['n1'] },
		}),
		expected: ['contradicted', /^alive in the gossip of c2 on management, storage$/],
	},
	{
		name: "another controller's gossip that knows it alive on a network where it is not down here",
		world: beside(dead(), 'c2', { contradicts: { management: ['n1'] } }),
		expected: null,
	},
	{
		name: "another controller's gossip that knows another host alive",
		world: beside(dead(), 'c2', { contradicts: { storage: ['n2'] } }),
		expected: null,
	},
	{
		name: "another controller's storm latch (I6)",
		world: beside(dead(), 'c2', { storm: latch }),
		expected: ['storm', /^12 hosts at once, limit 5 \(seen by c2\)$/],
	},
	{
		name: "another controller's latch that is calming (I6)",
		world: beside(dead(), 'c2', { storm: { ...latch, count: 2, calm_since: 3 } }),
		expected: ['storm', /^2 hosts at once, limit 5 \(seen by c2\); calming$/],
	},
	{
		name: 'our own latch that is calming (I6)',
		world: viewed(dead(), {
			storm: { since: 4900, last_seen: 4990, count: 12, limit: 5, calm_since: null },
		}),
		expected: ['storm', /^1 hosts at once, limit 6; calming$/],
	},
	...([[10.001, null] as const, [10, ['storm', /seen by c2/]] as const] as const).map(
		([until, expected]) => ({
			name: `a storm, approved for another ${until} s`,
			world: beside(dead({ kept: { approved: { n1: wordOf(until) } } }), 'c2', { storm: latch }),
			expected,
		}),
	),
	{
		name: 'a storm, and an approval without an end, which is none',
		world: beside(dead({ kept: { approved: { n1: wordOf() } } }), 'c2', { storm: latch }),
		expected: ['storm', /seen by c2/],
	},
	...(
		[
			['which ends in the year 287396', { until: 9e15 }, ['storm', /seen by c2/]],
			['of a hair over 15 min', { at: now - 1, until: now + 900_000 }, ['storm', /seen by c2/]],
			['of the far future', { at: 9e15 - 1000, until: 9e15 }, ['storm', /seen by c2/]],
			['of 15 min', { until: now + 900_000 }, null],
			['said by a clock that is 10 s ahead', { at: now + 10_000, until: now + 910_000 }, null],
		] as const
	).map(([name, word, expected]) => ({
		name: `a storm, and an approval ${name}`,
		world: beside(
			dead({ kept: { approved: { n1: { ...wordOf(900), ...word } } } }),
			...(['c2', { storm: latch }] as const),
		),
		expected,
	})),
	{
		name: 'a storm, and an approval of another host',
		world: beside(dead({ kept: { approved: { n2: wordOf(900) } } }), 'c2', { storm: latch }),
		expected: ['storm', /seen by c2/],
	},

	{
		name: 'a kernel that refuses on its only down network',
		world: dead({ refused: ['n1/storage'] }),
		expected: [
			'agent',
			/^its kernel answers on storage: restart the consul agent of storage on n1$/,
		],
	},
	{
		name: 'the same with agent_probe: false',
		world: dead({ refused: ['n1/storage'], settings: { agentProbe: false } }),
		expected: null,
	},
	{
		name: 'a kernel that refuses on a network without which the verdict still stands',
		world: dead({ hosts: { ...quiet, n1: 'down/up/down' }, refused: ['n1/management'] }),
		expected: null,
	},
	{
		name: 'a refusal on a network that is not down',
		world: dead({ refused: ['n1/management', 'n2/storage'] }),
		expected: null,
	},
	{
		name: 'a kernel that refuses where the matrix asks for both networks',
		world: dead({
			hosts: { ...quiet, n1: 'down/up/down' },
			settings: { matrix: both },
			refused: ['n1/management'],
		}),
		expected: ['agent', /^its kernel answers on management: /],
	},
	{
		name: 'an agent that answers on its only down network',
		world: dead({ answered: ['n1/storage'] }),
		expected: ['agent', /^its agent answers on storage, gossip is late$/],
	},
	{
		name: 'an agent that answers, with agent_probe: false',
		world: dead({ answered: ['n1/storage'], settings: { agentProbe: false } }),
		expected: null,
	},
	{
		name: 'an agent that answers and a kernel that refuses, where the matrix asks for either',
		world: dead({
			hosts: { ...quiet, n1: 'down/up/down' },
			settings: { matrix: either },
			answered: ['n1/storage'],
			refused: ['n1/management'],
		}),
		expected: [
			'agent',
			/^its agent answers on storage, gossip is late; its kernel answers on management: restart/,
		],
	},
	{
		name: 'an agent that answers on a network without which the verdict still stands',
		world: dead({ hosts: { ...quiet, n1: 'down/up/down' }, answered: ['n1/management'] }),
		expected: null,
	},

	{
		name: 'a live controller of the same configuration',
		world: beside(dead(), 'c2'),
		expected: null,
	},
	{
		name: 'live controllers of another configuration',
		world: beside(beside(dead(), 'c2', { configuration: 'x' }), 'c3', { configuration: 'x' }),
		expected: ['configuration', /^the configuration of c2, c3 differs from ours$/],
	},
	{
		name: 'our own view of before a change of the configuration',
		world: viewed(dead(), { configuration: 'x' }),
		expected: null,
	},

	...([-5000, 0, 6000] as const).map((offsetMs) => ({
		name: `a clock ${offsetMs} ms away, of which Masakari's whole seconds may be 1000`,
		world: dead({ masakari: offset(offsetMs) }),
		expected: null,
	})),
	...(
		[
			[-5001, /^this controller's clock is -5 s away/],
			[6001, /^this controller's clock is 6 s away/],
			[86_400_000, /is 86400 s away from Masakari's$/],
			[Number.NaN, /NaN/],
		] as const
	).map(([offsetMs, reason]) => ({
		name: `a clock ${offsetMs} ms away from Masakari's`,
		world: dead({ masakari: offset(offsetMs) }),
		expected: ['clock', reason] as const,
	})),

	{
		name: 'a Masakari that does not answer',
		world: dead({ masakari: { ok: false, error: 'connect ECONNREFUSED' } }),
		expected: ['masakari', /^Masakari does not answer: connect ECONNREFUSED$/],
	},
	{
		name: 'a host in no segment',
		world: dead({ masakari: masakariOf(['n2']) }),
		expected: ['masakari', /^in no failover segment/],
	},
	{
		name: 'a host that Masakari spells otherwise',
		world: dead({ masakari: masakari([], { n1: { name: 'N1' } }) }),
		expected: ['masakari', /^Masakari spells it N1, Consul n1$/],
	},
	{
		name: 'a host of a disabled segment',
		world: dead({ masakari: masakari([], { n1: { segment_enabled: false } }) }),
		expected: ['masakari', /^failover segment rack-1 is disabled$/],
	},
	{
		name: 'a host on maintenance there',
		world: dead({ masakari: masakari([], { n1: { on_maintenance: true } }) }),
		expected: ['masakari', /^on maintenance in Masakari/],
	},
	{
		name: 'a STOPPED that no record names, as after a restore of KV (I2)',
		world: dead({ masakari: masakari([rowOf('n1', -1800)]) }),
		expected: [
			'masakari',
			/^Masakari has a STOPPED of 2026-11-22T11:30:00Z \(row-n1-1800\) that no record names$/,
		],
	},
	{
		name: 'a STOPPED that nobody names although it is final (I2)',
		world: dead({ masakari: masakari([rowOf('n1', -1800, { status: 'finished' })]) }),
		expected: ['masakari', /no record names/],
	},
	{
		name: 'a STOPPED that a closed incident names by uuid',
		world: dead({
			masakari: masakari([rowOf('n1', -1800, { uuid: 'u-7' })]),
			kept: { history: { x: closed(-2000, { uuid: 'u-7' }) } },
		}),
		expected: null,
	},
	{
		name: 'a STOPPED that a closed incident names by an earlier generated_time',
		world: dead({
			masakari: masakari([rowOf('n1', -1800, { uuid: 'u-7' })]),
			kept: {
				history: { x: closed(-1700, { generated_times: [timeAt(-1800), timeAt(-1700)] }) },
			},
		}),
		expected: null,
	},
	{
		name: "a STOPPED of the same second in another host's record (I2)",
		world: dead({
			masakari: masakari([rowOf('n1', -1800)]),
			kept: { history: { x: { ...closed(-1800), name: 'n2', uuid: 'other' } } },
		}),
		expected: ['masakari', /no record names/],
	},
	{
		name: 'a STOPPED of the recorded time with another payload (I2)',
		world: dead({
			masakari: masakari([rowOf('n1', -1800, { uuid: 'u-7', host_status: 'UNKNOWN' })]),
			kept: { history: { x: closed(-1800) } },
		}),
		expected: ['masakari', /no record names/],
	},
	{
		name: 'a STOPPED of another host',
		world: dead({ masakari: masakari([rowOf('n2', -10)]) }),
		expected: null,
	},
	{
		name: 'a STARTED',
		world: dead({ masakari: masakari([rowOf('n1', -10, { event: 'STARTED' })]) }),
		expected: null,
	},
	{
		name: 'a recorded STOPPED of 180 s ago, within which Masakari takes no second',
		world: dead({
			masakari: masakari([rowOf('n1', -180)]),
			kept: { history: { x: closed(-180) } },
		}),
		expected: ['masakari', /takes a second STOPPED only after 2026-11-22T12:00:01\.000Z$/],
	},
	{
		name: 'a recorded STOPPED of 181 s ago',
		world: dead({
			masakari: masakari([rowOf('n1', -181)]),
			kept: { history: { x: closed(-181) } },
		}),
		expected: null,
	},
	{
		name: 'a recorded STOPPED dated in the future, which blocks all later ones',
		world: dead({
			masakari: masakari([rowOf('n1', 600)]),
			kept: { history: { x: closed(600) } },
		}),
		expected: ['masakari', /only after 2026-11-22T12:13:01\.000Z$/],
	},
	{
		name: 'a row that the last attempt left there',
		world: withIncident(
			dead({ masakari: masakari([rowOf('n1', -60)]) }),
			'n1',
			incidentOf('n1', -60, { attempt: { outcome: 'unsent' } }),
		),
		expected: ['masakari', /^already notified; its row is being adopted$/],
	},
];

for (const { name, world, expected } of cases) {
	test(`${expected ? `the ${expected[0]} gate holds` : 'no gate holds'} on ${name}`, () => {
		const planned = plan(world);
		const held = planned.view.held['n1'] ?? [];
		assert.deepEqual(
			held.map(({ gate }) => gate),
			expected ? [expected[0]] : [],
		);
		if (expected) assert.match(held[0]?.reason ?? '', expected[1]);
		assert.deepEqual(begun(planned), expected ? [] : ['n1']);
	});
}

for (const [name, masakari] of [
	['in a segment', masakariOf(['Rack 1'])],
	['in none', masakariOf([])],
] as const) {
	test(`a host ${name} whose name Masakari would refuse with 400 is held, and nothing is sent`, () => {
		const given = worldOf({ hosts: { ...quiet, 'Rack 1': 'up/up/down' }, masakari });
		const planned = plan(seenFor(given, 20, ['rack 1']));
		const reason = 'Masakari takes no host of this name, only 1 to 255 of A-Z a-z 0-9 . _ -';
		assert.deepEqual(planned.view.held['rack 1'], [{ gate: 'masakari', reason }]);
		assert.deepEqual(begun(planned), []);
	});
}

test("a host's own keys are found under any name", () => {
	const unreadable = [{ key: 'hosts/n~2f~1', error: 'no JSON' }];
	const given = worldOf({ hosts: { ...quiet, 'N/1': 'up/up/down' }, kept: { unreadable } });
	assert.deepEqual(gatesOf(plan(seenFor(given, 20, ['n/1'])), 'n/1'), ['unreadable', 'masakari']);
});

test('every gate that holds is named, in the order in which operators should look', () => {
	const given = dead({
		hosts: { ...quiet, n1: 'left/up/down' },
		consulMaint: { storage: ['n1'] },
		kept: { paused: wordOf(), unreadable: [{ key: 'hosts/n1', error: 'no JSON' }] },
		refused: ['n1/storage'],
		masakari: { ...masakariOf([]), offsetMs: 60_000 },
	});
	const world = beside(given, 'c2', {
		...{ storm: latch, configuration: 'x', contradicts: { storage: ['n1'] } },
	});
	assert.deepEqual(gatesOf(plan(world), 'n1'), [
		'unreadable',
		'paused',
		'maintenance',
		'leaving',
		'contradicted',
		'storm',
		'agent',
		'configuration',
		'clock',
		'masakari',
	]);
});

test('a pause holds everybody, a maintenance only its host', () => {
	const hosts = { ...quiet, n1: 'up/up/down', n2: 'up/up/down' };
	const given = (kept: Given['kept'] & object) =>
		seenFor(worldOf({ hosts, kept }), 20, ['n1', 'n2']);
	assert.deepEqual(begun(plan(given({ paused: wordOf() }))), []);
	assert.deepEqual(begun(plan(given({ maintenance: { n1: wordOf() } }))), ['n2']);
});

test('a notified host is held by nothing: nothing is left to hold', () => {
	const world = withIncident(dead({ kept: { paused: wordOf() } }), 'n1', notifiedOf('n1', -60));
	assert.equal(plan(world).view.held['n1'], undefined);
});

test('an open attempt is held like a new one', () => {
	const incident = incidentOf('n1', -60, { attempt: { outcome: 'refused' } });
	const world = withIncident(dead({ kept: { paused: wordOf() } }), 'n1', incident);
	assert.deepEqual(gatesOf(plan(world), 'n1'), ['paused']);
	assert.deepEqual(begun(plan(world)), []);
});

test('hosts that an operator, a leave or their own kernel explains are no storm', () => {
	const hosts = hostNames(12);
	const world = (given: Given) =>
		worldOf({ hosts: { ...quiet, ...all(hosts, 'up/up/down') }, ...given });
	const kept = {
		maintenance: Object.fromEntries(hosts.map((h): [string, OperatorWord] => [h, wordOf()])),
	};
	const left = all(hosts, 'left/up/down');
	const unheard = hosts.map((host) => `${host}/storage`);
	assert.equal(plan(world({})).view.storm?.count, 12);
	assert.equal(plan(world({ kept })).view.storm, null);
	assert.equal(plan(world({ consulMaint: { tenant: hosts } })).view.storm, null);
	assert.equal(plan(world({ hosts: { ...quiet, ...left } })).view.storm, null);
	assert.equal(plan(world({ refused: unheard })).view.storm, null);
	assert.equal(plan(world({ kept: { paused: wordOf() } })).view.storm?.count, 12);
});
