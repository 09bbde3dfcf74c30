import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plan } from '../handlers/lib/decide/plan.ts';
import { decideFindings, type Finding } from '../handlers/lib/decide/report.ts';
import { reportText, summarize, wellText } from '../handlers/lib/decide/report-text.ts';
import { emptySnapshot } from '../handlers/lib/decide/snapshot.ts';
import type { Spell } from '../handlers/lib/decide/view.ts';
import type { World } from '../handlers/lib/decide/world.ts';
import {
	all,
	beside,
	type Given,
	hostNames,
	incidentOf,
	masakariOf,
	notifiedOf,
	now,
	quiet,
	seenFor,
	uptime,
	viewed,
	withIncident,
	wordOf,
	worldOf,
} from './fixtures/world.ts';

const findings = (world: World) =>
	decideFindings(world, plan(world)).map(({ level, text }) => `${level} ${text}`);

/** A world with `n1` in these healths, and all else well. */
const one = (healths: string, given: Given = {}) =>
	worldOf({ hosts: { ...quiet, n1: healths }, ...given });
const dead = (given: Given = {}) => seenFor(one('up/up/down', given), 20, ['n1']);
const spellsOf = (seconds: number): Readonly<Record<string, Spell>> => ({
	n1: {
		...{ name: 'n1', vector: { management: 'up', tenant: 'up', storage: 'down' }, gates: [] },
		...{ first_seen: uptime - seconds, last_seen: uptime },
	},
});
const word = { who: 'ann', why: 'known', at: now };

const cases: readonly { name: string; world: World; expected: readonly string[] }[] = [
	{ name: 'a cloud that is well', world: worldOf(), expected: [] },
	{
		name: 'a host that is due',
		world: one('up/up/down'),
		expected: ['1 n1: due, confirming (storage down)'],
	},
	{
		name: 'a host that the matrix leaves alone',
		world: one('down/down/up'),
		expected: ['1 n1: management down, tenant down: left alone by the matrix'],
	},
	{
		name: 'a host of which too little is known',
		world: one('down/up/unknown'),
		expected: ['1 n1: management down, storage unknown: undecided'],
	},
	{
		name: 'a host that left one network and is up on another',
		world: one('left/up/up'),
		expected: [
			'1 n1: management left: not recovered until it rejoins: see hostmonitor forget --help',
		],
	},
	{
		name: 'an approval without an end soon, and one that is as approve says it',
		world: worldOf({ kept: { approved: { n1: { ...wordOf(), until: 9e15 }, n2: wordOf(900) } } }),
		expected: [
			'1 n1: its approval is ignored, it has no end within 15 min: hostmonitor approve n1',
		],
	},
	{ name: 'a host that left everywhere', world: one('left/left/left'), expected: [] },
	{
		name: 'a network that cannot be read',
		world: one('up/up/up', { unreadable: ['storage'] }),
		expected: ['2 storage cannot be read: no leader'],
	},
	{
		name: 'a key that does not parse',
		world: worldOf({ kept: { unreadable: [{ key: 'hosts/x', error: '/why: is 7' }] } }),
		expected: ['2 KV hosts/x: /why: is 7'],
	},
	{
		name: 'a host that vanished from a network',
		world: one('up/up/absent', {
			kept: { snapshots: { storage: { ...emptySnapshot, vanished: ['n1'] } } },
		}),
		expected: [
			'2 n1: vanished from storage: start its agent, or if it shall go on without this network, hostmonitor forget n1 --network storage',
			'1 n1: storage unknown: undecided',
		],
	},
	{
		name: 'a host that vanished from everywhere',
		world: one('absent/absent/absent', {
			kept: { snapshots: { storage: { ...emptySnapshot, vanished: ['n1'] } } },
		}),
		expected: ['2 n1: vanished from storage: start its agent, or hostmonitor forget n1'],
	},
	{
		name: 'a pause of a cloud that is well',
		world: worldOf({ kept: { paused: wordOf() } }),
		expected: ['1 paused by ann: kernel update: hostmonitor resume'],
	},
	{
		name: 'a pause that is over',
		world: worldOf({ kept: { paused: wordOf(-60) } }),
		expected: [],
	},
	{
		name: 'a host held by a pause, which somebody meant',
		world: dead({ kept: { paused: wordOf() } }),
		expected: [
			'1 paused by ann: kernel update: hostmonitor resume',
			'1 n1: held by paused: paused by ann: kernel update',
		],
	},
	{
		name: 'every gate of a host that several hold, and of each why',
		world: seenFor(one('left/up/down', { kept: { paused: wordOf() } }), 60, ['n1']),
		expected: [
			'1 paused by ann: kernel update: hostmonitor resume',
			'1 n1: held by paused, leaving: paused by ann: kernel update; left management',
		],
	},
	{
		name: 'every gate of an attempt that several hold',
		world: withIncident(
			dead({ kept: { paused: wordOf(), maintenance: { n1: wordOf(undefined, 'x'.repeat(300)) } } }),
			'n1',
			incidentOf('n1', -1),
		),
		expected: [
			'1 paused by ann: kernel update: hostmonitor resume',
			`1 n1: not notified yet, attempt 1 open; held by paused, maintenance: ${[
				'paused by ann: kernel update',
				`in maintenance by ann: ${'x'.repeat(57)}`,
			].join('; ')}`,
		],
	},
	{
		name: 'a host held by its own living kernel',
		world: dead({ refused: ['n1/storage'] }),
		expected: [
			'1 n1: held by agent: its kernel answers on storage: restart the consul agent of storage on n1',
		],
	},
	{
		name: 'a host whose agent answers, and whom gossip will hear of soon',
		world: viewed(dead({ answered: ['n1/storage'] }), { spells: spellsOf(300) }),
		expected: ['1 n1: held by agent: its agent answers on storage, gossip is late'],
	},
	{
		name: 'one whose agent answers for longer than gossip takes',
		world: viewed(dead({ answered: ['n1/storage'] }), { spells: spellsOf(361) }),
		expected: [
			`2 n1: held by agent: ${[
				'its agent answers on storage, gossip is late',
				"for 6 min: restart that agent; if it is another's, see agent_probe",
			].join('; ')}`,
		],
	},
	{
		name: 'a host held by a leave',
		world: seenFor(one('left/up/down'), 20, ['n1']),
		expected: ['1 n1: held by leaving: left management'],
	},
	{
		name: 'a host held by Masakari, which nobody meant',
		world: dead({ masakari: masakariOf([]) }),
		expected: ['2 n1: held by masakari: in no failover segment of Masakari'],
	},
	{
		name: 'a host held by a configuration that differs',
		world: beside(dead(), 'c2', { configuration: 'x' }),
		expected: [
			'2 n1: held by configuration: the configuration of c2 differs from ours',
			'1 configuration differs from that of c2',
		],
	},
	{
		name: 'what an observer would have done',
		world: dead({ settings: { mode: 'observe' } }),
		expected: ['1 n1: held by mode: observe: it would have been notified'],
	},
	{
		name: 'why this controller stands back',
		world: viewed(worldOf(), { abstains: { until: 5005, reason: 'Masakari does not answer' } }),
		expected: ['1 standing back: Masakari does not answer'],
	},
	{
		name: 'an attempt that is open',
		world: withIncident(dead(), 'n1', incidentOf('n1', -1)),
		expected: ['1 n1: not notified yet, attempt 1 open'],
	},
	{
		name: 'an attempt that failed',
		world: withIncident(
			dead(),
			'n1',
			incidentOf('n1', -1, { attempt: { number: 2, outcome: 'refused', error: '400 bad' } }),
		),
		expected: ['2 n1: not notified yet, attempt 2 refused: 400 bad'],
	},
	{
		name: 'a recovery that runs',
		world: withIncident(dead(), 'n1', notifiedOf('n1', -60, { masakari_status: 'running' })),
		expected: ['1 n1: recovery running by Masakari (row-n1-60)'],
	},
	...(['failed', 'ignored'] as const).map((masakari_status) => ({
		name: `a recovery that ${masakari_status === 'failed' ? 'failed' : 'was ignored'}`,
		world: withIncident(dead(), 'n1', notifiedOf('n1', -60, { masakari_status })),
		expected: [
			`2 n1: recovery ${masakari_status} by Masakari (row-n1-60): hostmonitor acknowledge n1`,
		],
	})),
	{
		name: 'a recovery that failed and was acknowledged',
		world: withIncident(
			dead(),
			'n1',
			notifiedOf('n1', -60, { masakari_status: 'failed', acknowledged: word }),
		),
		expected: ['1 n1: recovery failed by Masakari (row-n1-60)'],
	},
	{
		name: 'a notified host that is coming back',
		world: withIncident(
			one('up/up/up'),
			'n1',
			notifiedOf('n1', -60, { masakari_status: 'failed' }),
		),
		expected: ['1 n1: recovery failed by Masakari (row-n1-60), coming back'],
	},
];

for (const { name, world, expected } of cases) {
	test(`says ${name}`, () => {
		assert.deepEqual(findings(world), expected);
	});
}

test('says a storm first, then each host it holds', () => {
	const world = worldOf({ hosts: { ...quiet, ...all(hostNames(12), 'up/up/down') } });
	const [first, second, ...others] = findings(world);
	assert.equal(first, '2 storm: 12 hosts at once, limit 8: hostmonitor approve HOST, or wait');
	assert.equal(second, '2 n001: held by storm: 12 hosts at once, limit 8');
	assert.equal(others.length, 11);
});

test('says how many hosts are due beyond those that are named', () => {
	const hosts = hostNames(999, 'a').concat(hostNames(3, 'b'));
	const found = findings(worldOf({ hosts: all(hosts, 'up/up/down') }));
	assert.equal(found.includes('2 2 more hosts are due or coming back'), true);
});

// --- Text

const finding = fc.record<Finding>({
	level: fc.constantFrom(1, 2),
	text: fc.string({ maxLength: 500, unit: 'binary' }),
});

test('a check fits in the 4 KB that Consul keeps, its first line in 80 characters, worst news first', () => {
	fc.assert(
		fc.property(fc.array(finding, { maxLength: 80 }), (found) => {
			const sorted = [...found].sort((a, b) => b.level - a.level);
			const { exit, text } = reportText(sorted, 'all is well');
			assert.ok(Buffer.byteLength(text) < 4096, `${Buffer.byteLength(text)} bytes`);
			const [first = ''] = text.split('\n');
			assert.ok(first.length < 80, first);
			const worst = Math.max(0, ...found.map(({ level }) => level));
			assert.equal(exit, worst);
			assert.equal(first.split(':')[0], ['all is well', 'warning', 'critical'][worst]);
		}),
	);
});

test('a check that is well says so in one line under 80 characters', () => {
	assert.deepEqual(reportText([], '20 hosts on 3 networks'), {
		exit: 0,
		text: '20 hosts on 3 networks',
	});
	assert.equal(reportText([], 'x'.repeat(200)).text.length, 79);
});

test('a check counts what it says, and what it had no room for', () => {
	const few: Finding[] = [
		{ level: 2, text: 'bad' },
		{ level: 1, text: 'strange' },
	];
	assert.deepEqual(reportText(few, ''), {
		exit: 2,
		text: 'critical: 1 critical, 1 warning\ncritical: bad\nwarning: strange',
	});
	const many = Array.from(
		{ length: 100 },
		(_, i): Finding => ({ level: 1, text: `${i} `.repeat(99) }),
	);
	const { exit, text } = reportText(many, '');
	const lines = text.split('\n');
	assert.equal(exit, 1);
	assert.equal(lines[0], 'warning: 0 critical, 100 warning');
	assert.equal(lines.at(-1), `and ${100 - (lines.length - 2)} more: hostmonitor status`);
});

const done = { notified: [], closed: [], elsewhere: false };
const summaries: readonly {
	name: string;
	world: World;
	done: typeof done | object;
	expected: string;
}[] = [
	{ name: 'nothing', world: worldOf(), done, expected: '0 due, 0 held' },
	{
		name: 'what is held and where the lock is',
		world: dead({ kept: { paused: wordOf() } }),
		done: { ...done, elsewhere: true },
		expected: '1 due, 1 held, the lock is elsewhere',
	},
	{
		name: 'what it did',
		world: dead(),
		done: { ...done, notified: ['n1', 'n2'], closed: ['n3'] },
		expected: '1 due, 0 held, notified n1, n2, closed n3',
	},
];

for (const { name, world, done: did, expected } of summaries) {
	test(`a run sums up ${name} in one line`, () => {
		assert.equal(summarize(plan(world), { ...done, ...did }), expected);
	});
}

test('hosts that one network knows and another never did are named, a few and the rest counted', () => {
	const strangers = Object.fromEntries(hostNames(7).map((host) => [host, 'up/absent/up']));
	const world = worldOf({ hosts: { ...quiet, ...strangers } });
	assert.deepEqual(findings(world), [
		'1 tenant does not know n001, n002, n003, n004, n005 and 2 more',
	]);
});

test('a finding is one line, whatever was said in it', () => {
	const { text } = reportText([{ level: 1, text: 'n1: a\r\ncritical: \u001b[2Jb' }], '');
	assert.equal(text, 'warning: 0 critical, 1 warning\nwarning: n1: a critical: [2Jb');
});

test('a check that passes says who is in maintenance, by whichever means, and that it only observes', () => {
	const text = (given: Given) => {
		const world = worldOf(given);
		return wellText(world, plan(world));
	};
	const [n1 = '', n2 = '', n3 = ''] = Object.keys(quiet);
	const size = `${Object.keys(quiet).length} hosts on 3 networks`;
	assert.equal(text({}), size);
	const snapshots = { storage: { ...emptySnapshot, maintenance: [n2, 'controller-1'] } };
	const maintenance = { [n1]: wordOf(60), [n2]: wordOf(), [n3]: wordOf(-60), nobody: wordOf() };
	assert.equal(text({ kept: { snapshots, maintenance } }), `${size} (2 in maintenance)`);
	const settings = { mode: 'observe' as const };
	const expected = `${size} (1 in maintenance, mode: observe)`;
	assert.equal(text({ settings, kept: { maintenance: { [n1]: wordOf() } } }), expected);
});
