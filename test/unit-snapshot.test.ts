import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Readable } from '../handlers/lib/decide/health.ts';
import { type CatalogCheck, decideReading, type Member } from '../handlers/lib/decide/reading.ts';
import {
	decideSnapshot,
	emptySnapshot,
	forgetHost,
	type Snapshot,
	sameSnapshot,
} from '../handlers/lib/decide/snapshot.ts';
import { parseSnapshot } from '../handlers/lib/schema/snapshot.ts';
import { frozen, readingOf, settings } from './fixtures/world.ts';

const kinds = ['up', 'down', 'left', 'vanished', 'unknown', 'maintenance'] as const;
const snapshot = (lists: Partial<Snapshot>): Snapshot => ({ ...emptySnapshot, ...lists });
const nobody: Readable = readingOf({});

/** What a snapshot says of `n1`. */
const stateOf = (one: Snapshot) => kinds.filter((kind) => one[kind].includes('n1')).join(' and ');

const transitions: readonly {
	name: string;
	before: Partial<Snapshot>;
	reading: Readable;
	expected: string;
}[] = [
	{
		name: 'a node seen for the first time is listed',
		before: {},
		reading: readingOf({ N1: 'down' }),
		expected: 'down',
	},
	{
		name: 'a node that dies goes down',
		before: { up: ['n1'] },
		reading: readingOf({ n1: 'down' }),
		expected: 'down',
	},
	{
		name: 'a node that leaves has left',
		before: { down: ['n1'] },
		reading: readingOf({ n1: 'left' }),
		expected: 'left',
	},
	{
		name: 'a leave of a node that was never listed is not listed',
		before: {},
		reading: readingOf({ n1: 'left' }),
		expected: '',
	},
	{
		name: 'a node that left stays left when gossip has forgotten it (I4)',
		before: { left: ['n1'] },
		reading: nobody,
		expected: 'left',
	},
	{
		name: 'a node that left stays left while it is coming back',
		before: { left: ['n1'] },
		reading: readingOf({ n1: 'unknown' }),
		expected: 'left',
	},
	{
		name: 'a node that left and is seen again is up',
		before: { left: ['n1'] },
		reading: readingOf({ n1: 'up' }),
		expected: 'up',
	},
	{
		name: 'an up node that disappears has vanished',
		before: { up: ['n1'] },
		reading: nobody,
		expected: 'vanished',
	},
	{
		name: 'a dead node that disappears has vanished, because whoever restarted does not know it',
		before: { down: ['n1'] },
		reading: nobody,
		expected: 'vanished',
	},
	{
		name: 'a vanished node stays vanished',
		before: { vanished: ['n1'] },
		reading: nobody,
		expected: 'vanished',
	},
	{
		name: 'a vanished node that one of two still remembers stays vanished',
		before: { vanished: ['n1'] },
		reading: readingOf({ n1: 'unknown' }),
		expected: 'vanished',
	},
	{
		name: 'a vanished node that reappears is up',
		before: { vanished: ['n1'] },
		reading: readingOf({ n1: 'up' }),
		expected: 'up',
	},
	{
		name: 'a vanished node that turns out to be dead is down',
		before: { vanished: ['n1'] },
		reading: readingOf({ n1: 'down' }),
		expected: 'down',
	},
	{
		name: 'a node on which catalog and gossip disagree keeps its last clear state',
		before: { up: ['n1'] },
		reading: readingOf({ n1: 'unknown' }),
		expected: 'up',
	},
	{
		name: 'the same holds of a dead one (the matrix is asked of live reads, not of this)',
		before: { down: ['n1'] },
		reading: readingOf({ n1: 'unknown' }),
		expected: 'down',
	},
	{
		name: 'a node that was never clear is unknown',
		before: {},
		reading: readingOf({ n1: 'unknown' }),
		expected: 'unknown',
	},
	{
		name: 'an unknown node that disappears has vanished',
		before: { unknown: ['n1'] },
		reading: nobody,
		expected: 'vanished',
	},
	{
		name: 'a node that is no longer monitored is dropped, not vanished',
		before: { up: ['n1'] },
		reading: { ...nobody, unmonitored: new Set(['n1']) },
		expected: '',
	},
	{
		name: 'maintenance is noted beside the state',
		before: {},
		reading: readingOf({ n1: 'up' }, ['n1']),
		expected: 'up and maintenance',
	},
	{
		name: 'maintenance ends when a read shows the node present without it',
		before: { up: ['n1'], maintenance: ['n1'] },
		reading: readingOf({ n1: 'up' }),
		expected: 'up',
	},
	{
		name: 'maintenance sticks to a node that left, whose checks are gone with it (I4)',
		before: { up: ['n1'], maintenance: ['n1'] },
		reading: readingOf({ n1: 'left' }),
		expected: 'left and maintenance',
	},
	{
		name: 'maintenance sticks to a node that vanished (I4)',
		before: { down: ['n1'], maintenance: ['n1'] },
		reading: nobody,
		expected: 'vanished and maintenance',
	},
	{
		name: 'maintenance is noted of a node without serfHealth (I4)',
		before: {},
		reading: { ...nobody, maintenance: new Set(['n1']) },
		expected: 'maintenance',
	},
	{
		name: 'maintenance sticks while only gossip knows the node (I4)',
		before: { down: ['n1'], maintenance: ['n1'] },
		reading: { ...readingOf({ n1: 'unknown' }), registered: new Set() },
		expected: 'down and maintenance',
	},
];

for (const { name, before, reading, expected } of transitions) {
	test(name, () => {
		assert.equal(stateOf(decideSnapshot(snapshot(before), reading)), expected);
	});
}

/** One node as one catalog has it, and as two controllers' gossip has it; one may have forgotten it. */
interface Node {
	readonly catalog: 'passing' | 'critical' | undefined;
	readonly status: 1 | 2 | 3 | 4;
	readonly known: readonly [first: boolean, second: boolean];
	readonly maint: boolean;
	readonly server: boolean;
}

const nodes = fc.array(
	fc.record<Node>({
		catalog: fc.constantFrom('passing', 'critical', undefined),
		status: fc.constantFrom(1, 2, 3, 4),
		known: fc.tuple(fc.boolean(), fc.boolean()),
		maint: fc.boolean(),
		server: fc.boolean(),
	}),
	{ maxLength: 6 },
);

const self = { Addr: '10.0.0.1', Port: 8301, Tags: { role: 'consul' } };

/** What one of the two controllers reads, given what KV said before. */
function readBy(reader: 0 | 1, given: readonly Node[], previous: Snapshot): Readable {
	const checks: CatalogCheck[] = given.flatMap(({ catalog, maint }, i) => [
		...(catalog ? [{ Node: `n${i}`, CheckID: 'serfHealth', Status: catalog }] : []),
		...(maint ? [{ Node: `n${i}`, CheckID: '_node_maintenance', Status: 'critical' }] : []),
	]);
	const members: Member[] = given.flatMap(({ status, known, server }, i) => {
		const Tags = { role: server ? 'consul' : 'node' };
		return known[reader] ? [{ ...self, Name: `n${i}`, Status: status, Tags }] : [];
	});
	const reading = decideReading(
		{
			checks: [...checks, { Node: 'c1', CheckID: 'serfHealth', Status: 'passing' }],
			members: [...members, { ...self, Name: 'c1', Status: 1 }],
			filtered: false,
		},
		'c1',
		settings.hosts,
		previous,
	);
	assert.ok(reading.ok, 'unreadable');
	return reading;
}

const write = (reader: 0 | 1, given: readonly Node[], previous: Snapshot) =>
	decideSnapshot(previous, readBy(reader, given, previous));

/** A snapshot in KV from before: each node in one list or none, maintenance beside it. */
const befores = fc
	.array(fc.tuple(fc.constantFrom(...kinds.slice(0, 5), 'absent'), fc.boolean()), {
		minLength: 6,
		maxLength: 6,
	})
	.map((nodes): Snapshot => {
		const inList = (kind: string) => nodes.flatMap(([its], i) => (its === kind ? [`n${i}`] : []));
		return {
			version: 1,
			up: inList('up'),
			down: inList('down'),
			left: inList('left'),
			vanished: inList('vanished'),
			unknown: inList('unknown'),
			maintenance: nodes.flatMap(([, maint], i) => (maint ? [`n${i}`] : [])),
		};
	});

test('two controllers whose gossip remembers different nodes agree after writing twice each', () => {
	fc.assert(
		fc.property(nodes, befores, (given, before) => {
			let settled = before;
			for (const reader of [0, 1, 0, 1] as const) settled = write(reader, given, settled);
			assert.deepEqual(write(0, given, settled), settled);
			assert.deepEqual(write(1, given, settled), settled);
		}),
		{ numRuns: 2000 },
	);
});

test('a dead node that only one of two remembers settles at once, reaped or not', () => {
	for (const catalog of ['critical', undefined] as const) {
		const given: Node[] = [
			{ catalog, status: 4, known: [true, false], maint: false, server: false },
		];
		for (const [first, second] of [
			[0, 1],
			[1, 0],
		] as const) {
			const settled = write(second, given, write(first, given, snapshot({ down: ['n0'] })));
			const expected = catalog ? { down: ['n0'] } : { vanished: ['n0'] };
			assert.deepEqual(settled, snapshot(expected));
			assert.deepEqual(write(first, given, settled), settled);
		}
	}
});

test('the same reading a second time changes nothing, and changes no input', () => {
	fc.assert(
		fc.property(nodes, befores, (given, before) => {
			const reading = frozen(readBy(0, given, frozen(before)));
			const once = decideSnapshot(before, reading);
			assert.equal(sameSnapshot(decideSnapshot(once, readBy(0, given, once)), once), true);
			assert.equal(sameSnapshot(decideSnapshot(once, reading), once), true);
		}),
	);
});

test('every node is in one list at most, and nothing listed is lost but by its role', () => {
	fc.assert(
		fc.property(nodes, befores, (given, before) => {
			const reading = readBy(0, given, before);
			const after = decideSnapshot(before, reading);
			const lists = (one: Snapshot) => kinds.slice(0, 5).flatMap((kind) => one[kind]);
			const listed = lists(after);
			assert.equal(new Set(listed).size, listed.length);
			const lost = lists(before).filter((host) => !listed.includes(host));
			for (const host of lost) {
				assert.ok(reading.unmonitored.has(host), host);
			}
			for (const kind of kinds) assert.deepEqual([...after[kind]].sort(), after[kind]);
			assert.deepEqual(parseSnapshot(JSON.parse(JSON.stringify(after)), 'networks/x'), after);
		}),
	);
});

test('forgetting takes a host out of what is gone, and leaves what is there', () => {
	const before = snapshot({ vanished: ['n1', 'n2'], left: ['n1'], up: ['n3'] });
	assert.deepEqual(forgetHost(before, 'n1'), snapshot({ vanished: ['n2'], up: ['n3'] }));
	for (const kind of ['up', 'down'] as const) {
		const present = snapshot({ [kind]: ['n1'] });
		assert.deepEqual(forgetHost(present, 'n1'), present);
	}
	const reading = readingOf({ n2: 'unknown', n3: 'up' });
	const forgotten = forgetHost(before, 'n1');
	assert.equal(sameSnapshot(decideSnapshot(forgotten, reading), forgotten), true);
});

test('forgetting a host everywhere ends its `consul maint`; on one network it does not (I4)', () => {
	const before = snapshot({ vanished: ['n1'], maintenance: ['n1', 'n2'] });
	assert.deepEqual(forgetHost(before, 'n1'), snapshot({ maintenance: ['n2'] }));
	const here = snapshot({ maintenance: ['n1', 'n2'] });
	assert.deepEqual(forgetHost(before, 'n1', false), here);
});

test('10,000 nodes of 40-byte names that are all down, left or vanished fit in one KV value', () => {
	const names = Array.from({ length: 10_000 }, (_, i) => `compute-${i}`.padEnd(40, '0'));
	const healths = (health: string) => Object.fromEntries(names.map((name) => [name, health]));
	const up = decideSnapshot(emptySnapshot, readingOf(healths('up')));
	for (const after of [readingOf(healths('down')), readingOf(healths('left')), nobody]) {
		const value = JSON.stringify(decideSnapshot(up, after));
		assert.ok(Buffer.byteLength(value) < 512 * 1024, `${Buffer.byteLength(value)} bytes`);
	}
});
