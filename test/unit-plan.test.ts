import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wantsMasakari } from '../handlers/lib/decide/asking.ts';
import { closeIncident } from '../handlers/lib/decide/closing.ts';
import type { Health, Reads } from '../handlers/lib/decide/health.ts';
import { couldBeDue } from '../handlers/lib/decide/hosts.ts';
import type { Outcome } from '../handlers/lib/decide/incident.ts';
import type { Action, Matrix } from '../handlers/lib/decide/matrix.ts';
import { previousView, sameView } from '../handlers/lib/decide/own-view.ts';
import { plan } from '../handlers/lib/decide/plan.ts';
import { emptySnapshot } from '../handlers/lib/decide/snapshot.ts';
import type { World } from '../handlers/lib/decide/world.ts';
import { parseView } from '../handlers/lib/schema/view.ts';
import { unanimous } from './fixtures/matrix.ts';
import {
	all,
	begun,
	beside,
	frozen,
	type Given,
	gatesOf,
	type Hosts,
	hostNames,
	incidentOf,
	indexed,
	type Kept,
	later,
	masakariOf,
	networks,
	notifiedOf,
	now,
	quiet,
	readingOf,
	readsOf,
	rowOf,
	seenFor,
	settings,
	timeAt,
	viewed,
	withIncident,
	withView,
	wordOf,
	worldOf,
} from './fixtures/world.ts';

const [down, up] = ['up/up/down', 'up/up/up'];
const one = { ...quiet, n1: down };
const burning = (given: Given = {}) => worldOf({ hosts: one, ...given });
const seen = (seconds: number, given: Given = {}) => seenFor(burning(given), seconds, ['n1']);

// --- One host's way, told read by read

test('a host that is down is due, confirms for 15 s of our own reads, and then begins', () => {
	const first = burning();
	assert.deepEqual(begun(plan(first)), []);
	assert.deepEqual(plan(first).view.due, { n1: { first_seen: 5000, last_seen: 5000 } });
	const second = later(first, 14);
	assert.deepEqual(begun(plan(second)), []);
	assert.deepEqual(begun(plan(later(second, 1))), ['n1']);
});

test('one read that does not show it down starts it anew (I1)', () => {
	const healthy = { reads: readsOf({ ...quiet, n1: up }) };
	const dead = { reads: readsOf(one) };
	const world = later(later(later(burning(), 10), 2, healthy), 3, dead);
	assert.deepEqual(begun(plan(world)), []);
	assert.deepEqual(begun(plan(later(world, 15))), ['n1']);
});

test('a gap of more than 40 s in our own reads starts it anew (I1)', () => {
	assert.deepEqual(begun(plan(later(burning(), 40))), ['n1']);
	assert.deepEqual(begun(plan(later(burning(), 41))), []);
});

test('a reboot starts it anew: seconds of an earlier boot mean nothing (I1, I3)', () => {
	const world = { ...later(burning(), 20), bootId: 'boot-2' };
	assert.deepEqual(begun(plan(world)), []);
	assert.equal(plan(world).view.boot_id, 'boot-2');
});

test('a lost view starts it anew: nothing else remembers (I3)', () => {
	const world = later(burning(), 20);
	assert.deepEqual(begun(plan(world)), ['n1']);
	assert.deepEqual(begun(plan({ ...world, stored: { ...world.stored, views: {} } })), []);
});

test("another controller's view confirms nothing for us (I1)", () => {
	const sighting = { first_seen: 4000, last_seen: 4999 };
	assert.deepEqual(begun(plan(beside(burning(), 'c2', { due: { n1: sighting } }))), []);
});

test('a host that becomes due restarts the other, which is not sent yet (I6)', () => {
	const both = { reads: readsOf({ ...one, n2: down }) };
	const first = burning({ hosts: { ...one, n2: up } });
	const world = later(later(first, 10), 5, both);
	assert.deepEqual(begun(plan(world)), []);
	assert.deepEqual(begun(plan(later(world, 14))), []);
	assert.deepEqual(begun(plan(later(world, 15))), ['n1', 'n2']);
});

test('the name is as the hub spells it, or the first network that knows it', () => {
	const reads = (hub: Record<string, string>): Reads => ({
		management: readingOf(hub),
		tenant: readingOf({ N1: 'up' }),
		storage: readingOf({ n1: 'down' }),
	});
	assert.equal(plan({ ...burning(), reads: reads({ 'N1.': 'up' }) }).hosts.get('n1')?.name, 'N1');
	assert.equal(plan({ ...burning(), reads: reads({ n1: 'up' }) }).hosts.get('n1')?.name, 'n1');
});

test('a network that cannot be read is unknown for all its hosts, and the view says why (I5)', () => {
	const planned = plan(seen(20, { unreadable: ['storage'] }));
	assert.deepEqual(planned.hosts.get('n1')?.vector, {
		management: 'up',
		tenant: 'up',
		storage: 'unknown',
	});
	assert.deepEqual(planned.view.networks, { management: null, tenant: null, storage: 'no leader' });
	assert.deepEqual([begun(planned), planned.view.due], [[], {}]);
});

const attempts: readonly { name: string; world: World; expected: readonly string[] }[] = [
	{
		name: 'a host that is notified does not begin again (I2)',
		world: withIncident(seen(20), 'n1', notifiedOf('n1', -7200)),
		expected: [],
	},
	{
		name: 'an attempt that nobody knows the end of is not repeated (I2)',
		world: withIncident(seen(20), 'n1', incidentOf('n1', -300)),
		expected: [],
	},
	{
		name: 'nor after one empty look-up (I2)',
		world: withIncident(
			seen(20),
			'n1',
			incidentOf('n1', -300, { attempt: { outcome: 'ambiguous', look_ups: [1] } }),
		),
		expected: [],
	},
	{
		name: 'after two empty look-ups it is',
		world: withIncident(
			seen(20),
			'n1',
			incidentOf('n1', -300, { attempt: { outcome: 'ambiguous', look_ups: [1, 2] } }),
		),
		expected: ['n1'],
	},
	{
		name: 'a refused one is repeated when it is time',
		world: withIncident(seen(20), 'n1', incidentOf('n1', -10, { attempt: { outcome: 'refused' } })),
		expected: ['n1'],
	},
	{
		name: 'and not before',
		world: withIncident(seen(20), 'n1', incidentOf('n1', -9, { attempt: { outcome: 'refused' } })),
		expected: [],
	},
	{
		name: 'a repeated attempt needs the verdict to stand as the first did (I1)',
		world: withIncident(seen(10), 'n1', incidentOf('n1', -300, { attempt: { outcome: 'unsent' } })),
		expected: [],
	},
	{
		name: 'a controller that stands back begins nothing',
		world: viewed(seen(20), { abstains: { until: 5001, reason: 'TLS failed' } }),
		expected: [],
	},
	{
		name: 'until its time is over',
		world: viewed(seen(20), { abstains: { until: 5000, reason: 'TLS failed' } }),
		expected: ['n1'],
	},
	{
		name: 'an observer begins nothing',
		world: seen(20, { settings: { mode: 'observe' } }),
		expected: [],
	},
];

for (const { name, world, expected } of attempts) {
	test(name, () => {
		assert.deepEqual(begun(plan(world)), expected);
	});
}

test('an observer says what it would have done', () => {
	const { view } = plan(seen(20, { settings: { mode: 'observe' } }));
	assert.deepEqual(gatesOf({ ...plan(burning()), view }, 'n1'), ['mode']);
	assert.equal(view.mode, 'observe');
});

test('a controller that stands back says until when and why, in every view until then', () => {
	const abstains = { until: 5010, reason: 'TLS failed' };
	const world = viewed(seen(20), { abstains });
	assert.deepEqual(plan(world).view.abstains, abstains);
	assert.equal(plan(later(world, 10)).view.abstains, null);
});

const deadlines: readonly { name: string; world: World; expected: number | null }[] = [
	{ name: 'nothing to wait for', world: worldOf(), expected: null },
	{ name: 'the end of a confirmation', world: burning(), expected: 5015 },
	{ name: 'nothing where the host begins now', world: seen(20), expected: null },
	{
		name: 'nothing where a gate holds it: only a change helps',
		world: burning({ kept: { paused: wordOf() } }),
		expected: null,
	},
	{
		name: 'the next try of an attempt',
		world: withIncident(seen(20), 'n1', incidentOf('n1', -3, { attempt: { outcome: 'refused' } })),
		expected: 5007,
	},
	{
		name: 'the end of standing back',
		world: viewed(seen(20), { abstains: { until: 5004, reason: 'x' } }),
		expected: 5004,
	},
	{
		name: 'the end of the confirmation of whoever is first',
		world: viewed(worldOf({ hosts: { ...one, n2: down } }), {
			due: {
				n1: { first_seen: 4990, last_seen: 4995 },
				n2: { first_seen: 4993, last_seen: 4995 },
			},
		}),
		expected: 5005,
	},
];

for (const { name, world, expected } of deadlines) {
	test(`a run waits for ${name}`, () => {
		assert.equal(plan(world).deadline, expected);
	});
}

const asks: readonly { name: string; world: World; expected: boolean }[] = [
	{ name: 'nothing is due', world: worldOf(), expected: false },
	{ name: 'a host confirms', world: burning(), expected: true },
	{
		name: 'an observer would begin',
		world: seen(20, { settings: { mode: 'observe' } }),
		expected: true,
	},
	{
		name: 'the only host is paused',
		world: burning({ kept: { paused: wordOf() } }),
		expected: false,
	},
	{
		name: 'an attempt is open',
		world: withIncident(worldOf(), 'n1', incidentOf('n1', -5)),
		expected: true,
	},
	{
		name: 'STARTED is to be sent: its date is of a clock that Masakari confirms',
		world: worldOf({
			kept: {
				history: { 'x-n1': closeIncident(notifiedOf('n1', -5), 'returned', now, timeAt(0)) },
			},
		}),
		expected: true,
	},
	{
		name: 'an incident is to be closed: its record is dated',
		world: viewed(
			withIncident(worldOf({ hosts: { ...quiet, n1: 'up/up/up' } }), 'n1', notifiedOf('n1', -60)),
			{
				returning: { n1: { first_seen: 4980, last_seen: 4990 } },
			},
		),
		expected: true,
	},
	{
		name: 'the only incident is notified',
		world: withIncident(burning(), 'n1', notifiedOf('n1', -5)),
		expected: false,
	},
];

for (const { name, world, expected } of asks) {
	test(`Masakari is ${expected ? '' : 'not '}asked where ${name}`, () => {
		const unasked = { ...world, masakari: null };
		assert.equal(wantsMasakari(plan(unasked), unasked), expected);
		// What it answers is part of the view; not having asked is as well.
		assert.equal(plan(unasked).view.masakari, null);
		assert.deepEqual(plan(world).view.masakari, { answers: true });
	});
}

test('the snapshots in KV alone tell whether a run is needed', () => {
	assert.equal(couldBeDue(settings, worldOf().stored), false);
	assert.equal(couldBeDue(settings, burning().stored), true);
	const notified = withIncident(burning(), 'n1', notifiedOf('n1', -5));
	assert.equal(couldBeDue(settings, notified.stored), false);
	assert.equal(
		couldBeDue(settings, withIncident(burning(), 'n1', incidentOf('n1', -5)).stored),
		true,
	);
	assert.equal(couldBeDue(settings, worldOf({ kept: { snapshots: {} } }).stored), false);
	const vanished = { storage: { ...emptySnapshot, vanished: ['n1'] } };
	assert.equal(couldBeDue(settings, worldOf({ kept: { snapshots: vanished } }).stored), false);
});

test('a view is written when it says something new, and always while something is due', () => {
	const calm = plan(worldOf()).view;
	assert.equal(sameView(calm, plan(later(worldOf(), 10)).view), true);
	assert.equal(sameView(calm, plan(burning()).view), false);
	assert.equal(sameView(plan(burning()).view, plan(burning()).view), false);
	assert.equal(sameView(calm, plan(worldOf({ unreadable: ['tenant'] })).view), false);
	assert.equal(sameView(plan(burning()).view, calm), false);
});

// --- Views

test('a view of 5,000 due hosts stays below 512 KiB and names 1,000 by name, approved ones first, planned work last', () => {
	const hosts = Array.from({ length: 5000 }, (_, i) => `compute-${5000 + i}`.padEnd(40, 'x'));
	const last = hosts.slice(-3);
	const approved = Object.fromEntries(last.map((host) => [host, wordOf(900)]));
	const world = worldOf({
		reads: indexed(readsOf(all(hosts, 'down/down/down'))),
		kept: { approved, paused: wordOf(900), maintenance: { [hosts[0] ?? '']: wordOf(900) } },
		uptime: 123_456.78,
	});
	const { view } = plan(later(world, 10.01));
	const named = [...last, ...hosts.slice(1, 998)].sort();
	assert.deepEqual(Object.keys(view.due).sort(), named);
	assert.deepEqual(Object.keys(view.held).sort(), named);
	assert.equal(view.uncounted, 4000);
	const bytes = Buffer.byteLength(JSON.stringify(view));
	assert.ok(bytes < 512 * 1024, `${bytes} bytes`);
	assert.deepEqual(parseView(JSON.parse(JSON.stringify(view)), 'controllers/c1'), view);
});

// --- Any world

const oneOf = <T>(...values: readonly T[]) => fc.constantFrom(...values);
/** This value in so many of a hundred cases, otherwise none. */
const maybe = <T>(value: fc.Arbitrary<T>, percent: number): fc.Arbitrary<T | undefined> =>
	fc.oneof(
		{ arbitrary: fc.constant(undefined), weight: 100 - percent },
		{ arbitrary: value, weight: percent },
	);

const healths = fc.tuple(
	oneOf<Health | 'absent'>('up', 'up', 'down', 'left', 'unknown', 'absent'),
	oneOf<Health | 'absent'>('up', 'up', 'down', 'left', 'unknown', 'absent'),
	oneOf<Health | 'absent'>('up', 'down', 'down', 'down', 'left', 'unknown'),
);

const rows: readonly string[] = ['up', 'down'].flatMap((m) =>
	['up', 'down'].flatMap((t) => ['up', 'down'].map((s) => `${m}/${t}/${s}`)),
);

/** Any table, and often one that recovers. */
const matrices = fc
	.array(oneOf<Action>('recovery', 'recovery', 'none'), { minLength: 8, maxLength: 8 })
	.map((actions): Matrix => {
		const said = rows.map((row, i): [string, Action] => [row, actions[i] ?? 'none']);
		return { sequence: networks, actions: Object.fromEntries(said) };
	});

/** What may be true of one host beside its healths. */
const hostState = fc.record({
	healths,
	seen: maybe(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 42 })), 95),
	incident: maybe(
		fc.record({
			ago: fc.integer({ min: 0, max: 4000 }),
			outcome: oneOf<Outcome | undefined>('accepted', 'refused', 'unsent', 'ambiguous', undefined),
			lookUps: fc.integer({ min: 0, max: 2 }),
		}),
		20,
	),
	maintenance: maybe(fc.integer({ min: -20, max: 20 }), 8),
	approved: maybe(fc.integer({ min: -20, max: 20 }), 8),
	maint: maybe(oneOf(...networks), 5),
	refused: maybe(oneOf(...networks), 15),
	row: maybe(fc.integer({ min: -3600, max: 0 }), 5),
	heldByStorm: maybe(fc.constant(true), 8),
});

interface Any {
	readonly states: readonly (typeof hostState extends fc.Arbitrary<infer T> ? T : never)[];
	readonly quietHosts: number;
	readonly matrix: Matrix | undefined;
	readonly unreadable: string | undefined;
	readonly paused: number | undefined;
	readonly storm: 'ours' | 'theirs' | undefined;
	readonly other: 'same' | 'different' | 'left' | undefined;
	readonly broken: string | undefined;
	readonly masakari: 'well' | 'silent' | 'late' | 'unasked';
	readonly mode: 'act' | 'observe';
	readonly abstains: true | undefined;
}

const worlds = (most: number): fc.Arbitrary<Any> =>
	fc.record({
		states: fc.array(hostState, { minLength: 1, maxLength: most }),
		quietHosts: oneOf(0, 4, 40),
		matrix: maybe(matrices, 30),
		unreadable: maybe(oneOf(...networks), 15),
		paused: maybe(fc.integer({ min: -20, max: 20 }), 8),
		storm: maybe(oneOf('ours', 'theirs'), 8),
		other: maybe(oneOf('same', 'different', 'left'), 8),
		broken: maybe(oneOf('paused', 'networks/storage', 'hosts/n001', 'history/x'), 8),
		masakari: oneOf(...Array<'well'>(10).fill('well'), 'silent', 'late', 'unasked'),
		mode: oneOf(...Array<'act'>(9).fill('act'), 'observe'),
		abstains: maybe(fc.constant(true), 5),
	});

/** The world that these words describe; its snapshots are in step with its readable self. */
function build(any: Any): World {
	const names = hostNames(any.states.length);
	const by = <T>(of: (state: Any['states'][number], name: string) => T | undefined) =>
		Object.fromEntries(
			any.states.flatMap((state, i) => {
				const name = names[i] ?? '';
				const value = of(state, name);
				return value === undefined ? [] : [[name, value] as const];
			}),
		);
	const hosts: Hosts = {
		...all(hostNames(any.quietHosts, 'w'), up),
		...by((state) => state.healths.join('/')),
	};
	const kept: Kept = {
		incidents: by((state, name) => {
			if (!state.incident) return undefined;
			const { ago, outcome, lookUps } = state.incident;
			if (outcome === 'accepted') return notifiedOf(name, -ago);
			const look_ups = Array.from({ length: lookUps }, (_, i) => i);
			return incidentOf(name, -ago, { attempt: outcome ? { outcome, look_ups } : { look_ups } });
		}),
		maintenance: by(({ maintenance }) =>
			maintenance === undefined ? undefined : wordOf(maintenance),
		),
		approved: by(({ approved }) => (approved === undefined ? undefined : wordOf(approved))),
		...(any.paused === undefined ? {} : { paused: wordOf(any.paused) }),
		unreadable: any.broken ? [{ key: any.broken, error: 'no JSON' }] : [],
	};
	const facts = masakariOf(
		Object.keys(hosts),
		any.states.flatMap(({ row }, i) => (row === undefined ? [] : [rowOf(names[i] ?? '', row)])),
	);
	const world = worldOf({
		hosts,
		kept,
		unreadable: any.unreadable ? [any.unreadable] : [],
		consulMaint: Object.fromEntries(
			networks.map((network) => [
				network,
				names.filter((_, i) => any.states[i]?.maint === network),
			]),
		),
		refused: any.states.flatMap(({ refused }, i) => (refused ? [`${names[i]}/${refused}`] : [])),
		settings: { mode: any.mode, ...(any.matrix && { matrix: any.matrix }) },
		masakari: {
			well: facts,
			silent: { ok: false as const, error: 'refused' },
			late: { ...facts, offsetMs: 9000 },
			unasked: null,
		}[any.masakari],
	});
	const latch = { since: 1, last_seen: world.uptime - 5, count: 9, limit: 1, calm_since: 1 };
	const own = viewed(world, {
		due: by(({ seen: times }) => {
			if (!times) return undefined;
			const last_seen = world.uptime - times[1];
			return { first_seen: last_seen - times[0], last_seen };
		}),
		held: by(({ heldByStorm }) => (heldByStorm ? [{ gate: 'storm', reason: 'x' }] : undefined)),
		storm: any.storm === 'ours' ? { ...latch, calm_since: world.uptime - 30 } : null,
		abstains: any.abstains ? { until: world.uptime + 5, reason: 'TLS failed' } : null,
	});
	if (!any.other && any.storm !== 'theirs') return own;
	return beside(own, 'c2', {
		storm: any.storm === 'theirs' ? latch : null,
		left: any.other === 'left' ? names.slice(0, 1) : [],
		...(any.other === 'different' && { configuration: 'another' }),
	});
}

/** With a network's reading replaced by one that could not be read. */
const blind = (world: World, network: string): World => ({
	...world,
	reads: { ...world.reads, [network]: { ok: false, error: 'no leader' } },
});

/** Every full row that this vector may stand for; only plain up and down are known. */
const completions = (vector: Readonly<Record<string, Health>>) =>
	rows.filter((row) =>
		row.split('/').every((health, i) => {
			const known = vector[networks[i] ?? ''];
			return known === health || (known !== 'up' && known !== 'down');
		}),
	);

test('a begin step means: unanimous recovery, confirmed, every gate open, nothing sent (I1, I2, I4, I5)', () => {
	let begins = 0;
	fc.assert(
		fc.property(worlds(4), (any) => {
			const world = build(any);
			const planned = plan(world);
			const { stored, masakari } = world;
			for (const host of begun(planned)) {
				begins++;
				const vector = planned.hosts.get(host)?.vector ?? {};
				const matrix = world.settings.matrix.actions;
				for (const row of completions(vector)) assert.equal(matrix[row], 'recovery');
				assert.ok(Object.values(vector).includes('down') || any.matrix, 'nothing is down');
				assert.equal(Object.values(vector).includes('left'), false);
				const state = any.states[hostNames(4).indexOf(host)];
				const before = state?.seen;
				assert.ok(before && before[1] <= 40 && before[0] + before[1] >= 15, 'confirmed');
				assert.ok(
					!planned.view.abstains && world.settings.mode === 'act',
					'standing back, or observing',
				);
				// The gates' facts, each said anew.
				assert.ok((any.paused ?? -20) <= -10 && (state?.maintenance ?? -20) <= -10, 'words');
				assert.equal(state?.maint, undefined);
				const approved = (state?.approved ?? 0) > 10;
				assert.ok(approved || (planned.view.storm === null && any.storm !== 'theirs'), 'storm');
				assert.ok(approved || !state?.heldByStorm || state.incident, 'freed by a storm just now');
				assert.ok(
					any.broken === undefined ||
						any.broken === 'history/x' ||
						(any.broken === 'hosts/n001' && host !== 'n001'),
				);
				assert.ok(
					any.other !== 'different' && !(any.other === 'left' && host === 'n001'),
					'the other controller',
				);
				const refuses = (network: string) => state?.refused === network;
				const withLiving = Object.fromEntries(
					Object.entries(vector).map(
						([n, h]) => [n, refuses(n) && h === 'down' ? 'up' : h] as const,
					),
				);
				for (const row of completions(withLiving)) assert.equal(matrix[row], 'recovery', 'agent');
				assert.ok(any.masakari === 'well' || any.masakari === 'unasked', 'masakari');
				// Where Masakari was not asked yet, it will be, before anything happens.
				if (masakari === null) assert.equal(wantsMasakari(planned, world), true);
				else assert.equal(state?.row, undefined);
				const incident = stored.incidents[host]?.value;
				assert.notEqual(incident?.state, 'notified');
				const { outcome, look_ups } = incident?.attempt ?? { outcome: 'unsent', look_ups: [] };
				assert.ok(
					outcome === 'unsent' || outcome === 'refused' || look_ups.length >= 2,
					'unresolved',
				);
				assert.ok((incident?.next_try ?? 0) <= world.now, 'too early');
			}
		}),
		{ numRuns: 600 },
	);
	assert.ok(begins > 30, `only ${begins} begin steps were seen`);
});

test('a network that cannot be read makes no host begin, in the default matrix (I5)', () => {
	fc.assert(
		fc.property(worlds(12), oneOf(...networks), (any, network) => {
			const states = any.states.map((state) => ({ ...state, incident: undefined }));
			const world = build({ ...any, states, matrix: undefined });
			const before = begun(plan(world));
			const after = begun(plan(blind(world, network)));
			for (const host of after) assert.ok(before.includes(host), host);
			if (network === 'storage') assert.deepEqual(after, []);
		}),
		{ numRuns: 250 },
	);
});

test('a network that cannot be read makes no host begin that is alone, in any matrix (I5)', () => {
	fc.assert(
		fc.property(worlds(1), matrices, oneOf(...networks), (any, matrix, network) => {
			const world = build({ ...any, matrix, quietHosts: 0 });
			const before = begun(plan(world));
			for (const host of begun(plan(blind(world, network)))) assert.ok(before.includes(host), host);
		}),
		{ numRuns: 150 },
	);
});

test('a host never begins once it leaves a network, or somebody says maintenance (I4)', () => {
	fc.assert(
		fc.property(worlds(4), oneOf(...networks), (any, network) => {
			const world = build(any);
			const word = { value: wordOf(1), index: 9 };
			for (const host of hostNames(any.states.length)) {
				const { maintenance, snapshots } = world.stored;
				const kept = { ...maintenance, [host]: word };
				const keyed = { ...world, stored: { ...world.stored, maintenance: kept } };
				assert.ok(!begun(plan(keyed)).includes(host), 'our key');

				const reading = world.reads[network];
				if (!reading?.ok) {
					// What it cannot read now, the snapshot in KV still says.
					const earlier = snapshots[network]?.value ?? emptySnapshot;
					for (const list of ['left', 'maintenance'] as const) {
						const value = { ...earlier, [list]: [host] };
						const listed = { ...snapshots, [network]: { value, index: 9 } };
						const stored = { ...world.stored, snapshots: listed };
						assert.ok(!begun(plan({ ...world, stored })).includes(host), list);
					}
					continue;
				}
				const maint = { ...reading, maintenance: new Set([...reading.maintenance, host]) };
				const marked = { ...world, reads: { ...world.reads, [network]: maint } };
				assert.ok(!begun(plan(marked)).includes(host), 'consul maint');

				const nodes = new Map([...reading.nodes, [host, { name: host, health: 'left' as const }]]);
				const gone = { ...world, reads: { ...world.reads, [network]: { ...reading, nodes } } };
				assert.ok(!begun(plan(gone)).includes(host), 'a leave');
			}
		}),
		{ numRuns: 250 },
	);
});

test('nobody begins while paused, and nobody but the one begins for a word about it (I4)', () => {
	fc.assert(
		fc.property(worlds(4), (any) => {
			// Room enough that no storm depends on the one host.
			const world = build({ ...any, quietHosts: 40 });
			const before = begun(plan(world));
			const paused = { value: wordOf(1), index: 9 };
			assert.deepEqual(begun(plan({ ...world, stored: { ...world.stored, paused } })), []);
			const maintenance = { ...world.stored.maintenance, n001: paused };
			const after = begun(plan({ ...world, stored: { ...world.stored, maintenance } }));
			assert.deepEqual(
				after,
				before.filter((host) => host !== 'n001'),
			);
		}),
		{ numRuns: 150 },
	);
});

test('what is unknown never counts as down: a host begins only as it would were all of it up (I5)', () => {
	fc.assert(
		fc.property(worlds(4), (any) => {
			const world = build(any);
			const before = begun(plan(world));
			const reads = Object.fromEntries(
				networks.map((network, i) => {
					const reading = world.reads[network];
					const said = Object.fromEntries(
						any.states.map(({ healths }, n) => {
							const host = hostNames(n + 1)[n] ?? '';
							const plain = healths[i] === 'down' && reading?.ok ? 'down' : 'up';
							return [host, plain] as const;
						}),
					);
					const quietOnes = all(hostNames(any.quietHosts, 'w'), 'up');
					return [network, readingOf({ ...quietOnes, ...said })];
				}),
			);
			const { matrix } = world.settings;
			const { hosts } = plan({ ...world, reads });
			for (const host of before) {
				const vector = hosts.get(host)?.vector ?? {};
				const row = networks.map((network) => vector[network]).join('/');
				assert.equal(matrix.actions[row], 'recovery', row);
			}
		}),
		{ numRuns: 150 },
	);
});

test('a plan is pure: the same world says the same, and nothing in it is changed', () => {
	fc.assert(
		fc.property(worlds(6), (any) => {
			const world = frozen(build(any));
			const first = plan(world);
			assert.deepEqual(plan(world), first);
			// Neither does it depend on the order in which the networks tell of their nodes.
			const reads = Object.fromEntries(
				Object.entries(world.reads).map(([network, reading]) => {
					if (!reading.ok) return [network, reading];
					return [network, { ...reading, nodes: new Map([...reading.nodes].reverse()) }];
				}),
			);
			const reordered = plan({ ...world, reads });
			assert.deepEqual(reordered.view, first.view);
			assert.deepEqual(begun(reordered), begun(first));
			assert.deepEqual(reordered.deadline, first.deadline);
		}),
		{ numRuns: 150 },
	);
});

test('a view survives KV: JSON and the schema give back every fact of it', () => {
	fc.assert(
		fc.property(worlds(6), fc.integer({ min: 0, max: 100 }), (any, hundredths) => {
			const world = { ...build(any), uptime: 5000 + hundredths / 100 };
			const { view } = plan(world);
			const read = parseView(JSON.parse(JSON.stringify(view)), 'controllers/c1');
			assert.deepEqual(read, view);
			assert.equal(JSON.stringify(read), JSON.stringify(view));
			assert.deepEqual(previousView(withView(world, 'c1', read)), view);
		}),
		{ numRuns: 150 },
	);
});

/** What the networks have to say anew of a host; undefined: the same as before. */
const changes = fc.tuple(
	...Array.from({ length: 3 }, () =>
		maybe(oneOf<Health>('up', 'down', 'down', 'down', 'left', 'unknown'), 20),
	),
);

/** How one controller's minutes may go: seconds between reads, and what each shows of three hosts. */
const histories = fc.array(
	fc.record({
		gap: oneOf(2, 5, 10, 10, 15, 39, 40, 41),
		// Mostly what it was before: a history in which nothing lasts confirms nothing.
		rows: fc.tuple(changes, changes, changes),
		readable: oneOf(true, true, true, true, true, true, true, false),
		paused: oneOf(...Array<false>(9).fill(false), true),
		reboot: oneOf(...Array<false>(30).fill(false), true),
	}),
	{ minLength: 3, maxLength: 25 },
);

test('whatever a controller lives through, it begins only what its own last reads confirm (I1, I4, I6)', () => {
	let begins = 0;
	const never = { 'up/up/up': 'none' } as const;
	fc.assert(
		fc.property(histories, maybe(matrices, 60), (history, random) => {
			const spec = settings.matrix;
			const matrix = { ...spec, actions: { ...(random ?? spec).actions, ...never } };
			const hosts = hostNames(3);
			const log: { at: number; boot: number; open: readonly string[] }[] = [];
			let boot = 0;
			let now: Health[][] = hosts.map(() => networks.map(() => 'up'));
			const first = worldOf({ hosts: { ...quiet, ...all(hosts, up) } });
			let world: World = { ...first, settings: { ...settings, matrix } };
			let planned = plan(world);
			for (const { gap, rows, readable, paused, reboot } of history) {
				if (reboot) boot++;
				now = now.map((row, i) => row.map((health, n) => rows[i]?.[n] ?? health));
				const healths = Object.fromEntries(hosts.map((h, i) => [h, now[i]?.join('/') ?? up]));
				const reads = readsOf({ ...quiet, ...healths }, readable ? [] : ['storage']);
				const word = paused ? { value: wordOf(), index: 7 } : null;
				const stored = { ...world.stored, paused: word };
				world = later(world, gap, { reads, stored, bootId: `boot-${boot}` }, planned);
				planned = plan(world);
				const known = now.map((row) => (readable ? row : row.with(2, 'unknown')));
				// By the rule said the other way round, and no gate of ours closed.
				const isOpen = (row: Health[] = []) =>
					!paused && !row.includes('left') && unanimous(matrix, row) === 'recovery';
				const open = hosts.filter((_, i) => isOpen(known[i]));
				log.push({ at: world.uptime, boot, open });
				for (const host of begun(planned)) {
					begins++;
					// Back through the reads in which it was so without a gap, in this boot.
					let from = log.length;
					for (let i = log.length - 1; i >= 0; i--) {
						const [read, next] = [log[i], log[i + 1]];
						if (!read?.open.includes(host) || read.boot !== boot) break;
						if (next && next.at - read.at > 40) break;
						from = i;
					}
					const since = log[from]?.at ?? Infinity;
					assert.ok(world.uptime - since >= 15, `${host}: due since ${since}`);
				}
			}
		}),
		{ numRuns: 300 },
	);
	assert.ok(begins > 100, `only ${begins} begin steps were seen`);
});
