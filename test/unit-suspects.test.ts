/** What speaks for `down` and is not enough for it still counts as part of the fault. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plan } from '../handlers/lib/decide/plan.ts';
import type { World } from '../handlers/lib/decide/world.ts';
import {
	all,
	begun,
	type Given,
	type Hosts,
	hostNames,
	incidentOf,
	type Kept,
	networks,
	notifiedOf,
	quiet,
	readsOf,
	seenFor,
	settings,
	viewed,
	wordOf,
	worldOf,
} from './fixtures/world.ts';

const eight = hostNames(8);
/** 28 hosts, of which 8 lost storage; the limit is 7. */
const burning = (others: Hosts, kept: Kept = {}, found: Given = {}) => {
	const hosts = { ...quiet, ...all(eight, 'up/up/down'), ...others };
	return seenFor(worldOf({ hosts, kept, ...found }), 20, eight);
};

const counts: readonly { name: string; world: World; expected: number | null }[] = [
	{ name: 'eight that are down', world: burning({}), expected: 8 },
	{
		name: 'one of them of which only the catalog, or only gossip, says so',
		world: burning({ n001: 'up/up/suspect' }),
		expected: 8,
	},
	{
		name: 'one of them of which the catalog says so and gossip otherwise',
		world: burning({ n001: 'up/up/alive' }),
		expected: 8,
	},
	{
		name: 'all of them so',
		world: burning(all(eight, 'up/up/suspect')),
		expected: 8,
	},
	{
		name: 'one of them of which nothing is said',
		world: burning({ n001: 'up/up/unknown' }),
		expected: null,
	},
	{
		name: 'one suspect where the matrix would leave it alone',
		world: burning({ w001: 'suspect/suspect/up' }),
		expected: 8,
	},
	{
		name: 'one of them with an incident, once',
		world: burning({ n001: 'up/up/suspect' }, { incidents: { n001: incidentOf('n001', -5) } }),
		expected: 8,
	},
	// Planned work is no news, whatever else is: the one exception.
	{
		name: 'one of them in maintenance',
		world: burning({ n001: 'up/up/suspect' }, { maintenance: { n001: wordOf() } }),
		expected: null,
	},
	{
		name: 'one of them that left another network',
		world: burning({ n001: 'left/up/suspect' }),
		expected: null,
	},
	{
		name: 'one of them whose kernel answers',
		world: burning({ n001: 'up/up/suspect' }, {}, { refused: ['n001/storage'] }),
		expected: null,
	},
	{
		name: 'one of them whose agent answers: its link is back',
		world: burning({}, {}, { answered: ['n001/storage'] }),
		expected: 8,
	},
];

for (const { name, world, expected } of counts) {
	test(`${expected ? 'a storm counts' : 'no storm is'} ${name} (I6)`, () => {
		const { view } = plan(world);
		assert.equal(view.storm?.count ?? null, expected);
	});
}

const health = fc.constantFrom('up', 'up', 'up', 'down', 'left', 'unknown', 'suspect', 'alive');
const storage = fc.constantFrom('up', 'down', 'down', 'down', 'down', 'down', 'unknown', 'suspect');
const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
	fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const states = fc.array(
	fc.record({
		healths: fc.tuple(health, fc.oneof(health, fc.constant('absent')), storage),
		maintenance: rarely(fc.constant(true)),
		approved: rarely(fc.constant(true)),
		refused: rarely(fc.constantFrom(...networks)),
		answered: rarely(fc.constantFrom(...networks)),
		incident: rarely(fc.constantFrom('open', 'sent', 'partly unknown')),
		seen: fc.boolean(),
	}),
	{ minLength: 2, maxLength: 12 },
);

type Any = typeof states extends fc.Arbitrary<infer T> ? T : never;

/** Nothing else sets them apart: no newcomer, whose coming would make all others confirm anew. */
function build(any: Any, maxHosts: number, latched: true | null): World {
	const names = hostNames(any.length);
	const some = <T>(value: (state: (typeof any)[number], name: string) => T | null) =>
		Object.fromEntries(
			names.flatMap((name, i) => {
				const state = any[i];
				const found = state ? value(state, name) : null;
				return found === null ? [] : [[name, found] as const];
			}),
		);
	const found = (value: (state: (typeof any)[number]) => string | null) =>
		Object.entries(some(value)).map(([host, network]) => `${host}/${network}`);
	const world = worldOf({
		hosts: { ...quiet, ...some(({ healths }) => healths.join('/')) },
		kept: {
			maintenance: some(({ maintenance }) => maintenance && wordOf()),
			approved: some(({ approved }) => approved && wordOf(900)),
			incidents: some(({ incident }, name) => {
				if (incident === null) return null;
				if (incident === 'open') return incidentOf(name, -5);
				const vector = { management: 'up', tenant: 'unknown', storage: 'down' } as const;
				return notifiedOf(name, -60, incident === 'sent' ? {} : { vector });
			}),
		},
		refused: found(({ refused }) => refused),
		answered: found(({ answered }) => answered),
		settings: { storm: { ...settings.storm, maxHosts } },
	});
	const seen = seenFor(world, 20, names);
	const storm = { since: 1, last_seen: world.uptime - 5, count: 9, limit: 1, calm_since: 100 };
	const restarts = Object.fromEntries(names.map((name) => [name, world.uptime - 10]));
	return viewed(seen, { restarts, ...(latched && { storm }) });
}

test('one more host that turns unknown on a network never lets another be sent (I5, I6)', () => {
	let sent = 0;
	let held = 0;
	const doubt = fc.constantFrom('suspect', 'alive');
	const property = fc.property(
		...([states, fc.nat(11), fc.constantFrom(...networks), doubt] as const),
		...([fc.integer({ min: 2, max: 8 }), rarely(fc.constant(true))] as const),
		(any, nth, network, how, maxHosts, latched) => {
			const i = nth % any.length;
			const host = hostNames(any.length)[i] ?? '';
			const world = build(any, maxHosts, latched);
			const turned = any.map((state) => state.healths.join('/'));
			turned[i] = networks
				.map((name, n) => (name === network ? how : (any[i]?.healths[n] ?? 'up')))
				.join('/');
			const hosts = Object.fromEntries(hostNames(any.length).map((h, n) => [h, turned[n] ?? '']));
			const before = plan(world);
			const after = plan({ ...world, reads: readsOf({ ...quiet, ...hosts }) });
			if (before.view.storm) held++;
			for (const other of begun(after)) {
				if (other === host) continue;
				sent++;
				assert.ok(begun(before).includes(other), `${host} let ${other} be sent`);
			}
		},
	);
	fc.assert(property, { numRuns: 800 });
	assert.ok(sent > 100 && held > 100, `${sent} sent, ${held} storms`);
});

test('only planned work makes room: maintenance, a leave, a kernel that answers', () => {
	const others = eight.slice(1);
	for (const world of [
		burning({}, { maintenance: { n001: wordOf() } }),
		burning({ n001: 'left/up/down' }),
		burning({}, {}, { refused: ['n001/storage'] }),
	]) {
		assert.deepEqual(begun(plan(world)), others);
	}
	assert.deepEqual(begun(plan(burning({ n001: 'up/up/suspect' }))), []);
});
