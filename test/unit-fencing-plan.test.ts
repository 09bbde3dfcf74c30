import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fencing, Incident } from '../handlers/lib/decide/incident.ts';
import { emptyView } from '../handlers/lib/decide/own-view.ts';
import { plan } from '../handlers/lib/decide/plan.ts';
import { decideFindings } from '../handlers/lib/decide/report.ts';
import type { Settings } from '../handlers/lib/decide/settings.ts';
import type { World } from '../handlers/lib/decide/world.ts';
import { fencedOf, fencingOn } from './fixtures/fencing.ts';
import {
	beside,
	type Given,
	gatesOf,
	masakariOf,
	now,
	quiet,
	readsOf,
	rowOf,
	seenFor,
	withIncident,
	wordOf,
	worldOf,
} from './fixtures/world.ts';

const dead = 'down/down/down';
const names = [...Object.keys(quiet), 'n1'];

/** A world in which `n1` has been due for a minute, fencing is on, and there may be an incident. */
function world(
	healths = dead,
	fencing: Partial<Fencing> | null = null,
	given: Given = {},
	changes: Partial<Incident> = {},
): World {
	const settings: Partial<Settings> = { fencing: fencingOn, ...given.settings };
	const base = worldOf({ hosts: { ...quiet, n1: healths }, ...given, settings });
	const seen = seenFor(base, 60, ['n1']);
	return fencing ? withIncident(seen, 'n1', fencedOf('n1', -30, fencing, changes)) : seen;
}

/** The steps about `n1`, in few words. */
const said = (given: World): string[] =>
	plan(given).steps.map((step) => {
		if (step.kind === 'fence') return `${step.next} ${step.host.host}`;
		if (step.kind === 'begin') return `tell ${step.host.host} by ${step.proof ?? 'the networks'}`;
		return step.kind === 'restart' ? `restart: ${step.reason}` : step.kind;
	});

const proven = { readings: 3, read_at: now - 5000, power: 'off', proven_at: now - 5000 } as const;
const storm = { since: 1, last_seen: 2, count: 9, limit: 1, calm_since: null };
const verify: Partial<Settings> = { fencing: { ...fencingOn, mode: 'verify' } };
const tell: Partial<Settings> = { fencing: { ...fencingOn, unproven: 'unknown' } };

const cases: readonly { name: string; world: World; expected: readonly string[] }[] = [
	{
		name: 'a host that is due is powered off before Masakari is told',
		world: world(),
		expected: ['off n1'],
	},
	{
		name: 'a host whose storage alone is dead is powered off, too: that is what fencing is for',
		world: world('up/up/down'),
		expected: ['off n1'],
	},
	{
		name: 'where it only has to be verified, its BMC is read',
		world: world(dead, null, { settings: verify }),
		expected: ['read n1'],
	},
	{
		name: 'a host that is confirmed for 14 s is not powered off',
		world: seenFor(
			worldOf({ hosts: { ...quiet, n1: dead }, settings: { fencing: fencingOn } }),
			14,
			['n1'],
		),
		expected: [],
	},
	...(
		[
			['paused', { kept: { paused: wordOf() } }],
			['in maintenance', { kept: { maintenance: { n1: wordOf() } } }],
			['on consul maint', { consulMaint: { tenant: ['n1'] } }],
			['held by Masakari, which does not answer', { masakari: { ok: false, error: 'away' } }],
			[
				'on maintenance in Masakari',
				{ masakari: masakariOf(names, [], { n1: { on_maintenance: true } }) },
			],
			['in no failover segment', { masakari: masakariOf(Object.keys(quiet)) }],
		] as const
	).flatMap(([name, given]) => [
		{
			name: `a host that is ${name} is not powered off`,
			world: world(dead, null, given),
			expected: [],
		},
		{
			name: `a host that is ${name} is not powered off again`,
			world: world(dead, { power: 'on' }, given),
			expected: [],
		},
		{
			name: `a proven host that is ${name} is not told`,
			world: world(dead, proven, given),
			expected: [],
		},
	]),
	{
		name: 'a host that left is not powered off (I4)',
		world: world('left/down/down'),
		expected: [],
	},
	{
		name: 'a host that left and was shut down is not told, however off it is (I4)',
		world: world('left/left/left', proven),
		expected: [],
	},
	{
		name: 'a storm powers nobody off (I6)',
		world: beside(world(), 'c2', { storm }),
		expected: [],
	},
	{
		name: 'a storm powers nobody off again (I6)',
		world: beside(world(dead, { power: 'on' }), 'c2', { storm }),
		expected: [],
	},
	{
		name: 'a storm does not hold a host that is proven off',
		world: beside(world(dead, proven), 'c2', { storm }),
		expected: ['tell n1 by power'],
	},
	{
		name: 'a host that is coming back is not powered off again',
		world: world('up/down/down', { power: 'on' }),
		expected: [],
	},
	{ name: 'after the power-off it is read', world: world(dead, {}), expected: ['read n1'] },
	{
		name: 'while a network sees it up it is not read: gossip is late, or it is the wrong BMC',
		world: world('up/up/down', {}),
		expected: [],
	},
	{
		name: 'a network that sees a host up which was read off takes the proof away',
		world: world('up/down/down', { power: 'off', readings: 1 }),
		expected: ['restart: management sees it up'],
	},
	{
		name: 'a fenced host that was powered on while Masakari was away is not told (I1)',
		world: world('up/up/up', proven),
		expected: ['restart: management, tenant, storage sees it up'],
	},
	{
		name: 'while another round runs, or its back-off, nothing begins',
		world: world(dead, { next_try: now + 1 }),
		expected: [],
	},
	{ name: 'a proven host is told', world: world(dead, proven), expected: ['tell n1 by power'] },
	{
		name: 'a proven host whose last reading is an hour old is read anew, not told',
		world: world(dead, { ...proven, read_at: now - 3_600_000, proven_at: now - 3_600_000 }),
		expected: ['read n1'],
	},
	{
		name: 'not while Masakari is away: nobody asks BMCs in vain',
		world: world(
			dead,
			{ ...proven, read_at: now - 3_600_000 },
			{ masakari: { ok: false, error: 'away' } },
		),
		expected: [],
	},
	{
		name: 'nor before its back-off is over',
		world: world(dead, { ...proven, read_at: now - 3_600_000 }, {}, { next_try: now + 1000 }),
		expected: [],
	},
	{
		name: 'a proof stands where a network cannot be read any more',
		world: world(dead, proven, { unreadable: ['storage'] }),
		expected: ['tell n1 by power'],
	},
	{
		name: 'a proof stands for a host that vanished from every network',
		world: world('absent/absent/absent', proven),
		expected: ['tell n1 by power'],
	},
	{
		name: 'a proven host that is not monitored any more is left alone: nothing would show it up',
		world: world('absent/absent/absent', proven, {
			reads: Object.fromEntries(
				Object.entries(readsOf(quiet)).map(([network, reading]) => [
					network,
					reading.ok ? { ...reading, unmonitored: new Set(['n1']) } : reading,
				]),
			),
		}),
		expected: [],
	},
	{
		name: 'without a proof a host is not powered off where a network cannot be read',
		world: world(dead, { power: 'on' }, { unreadable: ['storage'] }),
		expected: [],
	},
	{
		name: 'its readings go on where a network cannot be read: they harm nobody',
		world: world(dead, {}, { unreadable: ['storage'] }),
		expected: ['read n1'],
	},
	{
		name: 'a proven host whose attempt was refused waits for its time',
		world: world(
			dead,
			proven,
			{},
			{
				next_try: now + 1000,
				attempt: { ...fencedOf('n1', 0).attempt, number: 1, outcome: 'refused' },
			},
		),
		expected: [],
	},
	{
		name: 'a proven host with a row of its own in Masakari is not told again (I2)',
		world: world(
			dead,
			proven,
			{ masakari: masakariOf(names, [rowOf('n1', -25)]) },
			{ state: 'notifying', generated_times: [rowOf('n1', -25).generated_time] },
		),
		expected: ['adopt'],
	},
	{
		name: 'what is not proven waits for ever',
		world: world(dead, { failures: 50, error: 'x' }),
		expected: ['read n1'],
	},
	{
		name: 'or is told as UNKNOWN, by the networks’ word, where that is configured',
		world: world(dead, { failures: 3, error: 'x' }, { settings: tell }),
		expected: ['tell n1 by none'],
	},
	{
		name: 'but not while a gate holds it',
		world: world(dead, { failures: 3, error: 'x' }, { settings: tell, kept: { paused: wordOf() } }),
		expected: [],
	},
	{
		name: 'an UNKNOWN row of its own is adopted',
		world: world(
			dead,
			{ failures: 3 },
			{
				settings: tell,
				masakari: masakariOf(names, [rowOf('n1', -25, { host_status: 'UNKNOWN' })]),
			},
			{
				host_status: 'UNKNOWN',
				state: 'notifying',
				generated_times: [rowOf('n1', -25).generated_time],
			},
		),
		expected: ['adopt'],
	},
	{
		name: 'observe powers nobody off',
		world: world(dead, null, { settings: { mode: 'observe' } }),
		expected: [],
	},
	{
		name: 'observe tells nobody of a proven host',
		world: world(dead, proven, { settings: { mode: 'observe' } }),
		expected: [],
	},
	{
		name: 'where fencing is switched off again, an incident goes on by the networks’ word',
		world: world(dead, {}, { settings: { fencing: { mode: 'none' } } }),
		expected: ['tell n1 by the networks'],
	},
];
for (const { name, world, expected } of cases) {
	test(name, () => assert.deepEqual(said(world), expected));
}

test('observe says what it would have done', () => {
	const { view } = plan(world(dead, null, { settings: { mode: 'observe' } }));
	assert.deepEqual(view.held['n1'], [
		{ gate: 'mode', reason: 'observe: it would have been powered off' },
	]);
});

test('a controller that stands back fences nobody', () => {
	const given = world();
	const view = { ...emptyView(given), ...given.stored.views['c1']?.value };
	const abstains = { until: given.uptime + 30, reason: 'x' };
	const views = { c1: { value: { ...view, abstains }, index: 8, session: 's' } };
	assert.deepEqual(said({ ...given, stored: { ...given.stored, views } }), []);
});

test('what holds a proven host is what its view says, without the storm', () => {
	const given = beside(world(dead, proven, { kept: { paused: wordOf() } }), 'c2', { storm });
	assert.deepEqual(gatesOf(plan(given), 'n1'), ['paused']);
});

const findings = (given: World) =>
	decideFindings(given, plan(given))
		.filter(({ text }) => text.startsWith('n1'))
		.map(({ level, text }) => `${level} ${text}`);

test('the check says how far the proof has come, critical with the reason', () => {
	assert.deepEqual(findings(world(dead, { readings: 2 })), [
		'1 n1: not notified yet, not proven off, 1 power-offs tried, 2 readings of off',
	]);
	assert.deepEqual(findings(world('up/up/down', {})), [
		'2 n1: not notified yet, not proven off, 1 power-offs tried, 0 readings of off; management, tenant still sees it up',
	]);
	const failed = { error: 'fence_x exited with 1', offs: 2, failures: 1 };
	assert.deepEqual(findings(world(dead, failed)), [
		'2 n1: not notified yet, not proven off, 2 power-offs tried, 0 readings of off: fence_x exited with 1',
	]);
});
