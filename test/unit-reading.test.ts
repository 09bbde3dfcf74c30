import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Health, Readable } from '../handlers/lib/decide/health.ts';
import { isIncluded } from '../handlers/lib/decide/included.ts';
import { type Answers, decideReading } from '../handlers/lib/decide/reading.ts';
import type { Settings } from '../handlers/lib/decide/settings.ts';
import { emptySnapshot, type Snapshot } from '../handlers/lib/decide/snapshot.ts';

const statuses = { alive: 1, leaving: 2, left: 3, failed: 4, none: 0 } as const;

/** What catalog and gossip say of one node; what is left out they do not know. */
interface Node {
	readonly catalog?: 'passing' | 'critical' | 'warning';
	readonly gossip?: keyof typeof statuses;
	readonly maint?: boolean;
	readonly server?: boolean;
}
type Nodes = readonly (readonly [name: string, node: Node])[];

const controller: Nodes[number] = ['C1', { catalog: 'passing', gossip: 'alive', server: true }];
const hosts: Settings['hosts'] = { include: ['*'], exclude: [], servers: false };
const known: Snapshot = { ...emptySnapshot, up: ['n1'] };

function answersOf(nodes: Nodes, filtered = false): Answers {
	return {
		filtered,
		checks: nodes.flatMap(([Node, { catalog, maint }]) => [
			...(catalog ? [{ Node, CheckID: 'serfHealth', Status: catalog }] : []),
			...(maint ? [{ Node, CheckID: '_node_maintenance', Status: 'critical' }] : []),
			{ Node, CheckID: 'service:ssh', Status: 'critical' },
		]),
		members: nodes.flatMap(([Name, { gossip, server }]) =>
			gossip
				? [
						{
							Name,
							Addr: server ? '10.0.0.1' : '10.0.0.9',
							Port: 8301,
							Status: statuses[gossip],
							Tags: { role: server ? 'consul' : 'node' },
						},
					]
				: [],
		),
	};
}

function read(nodes: Nodes, which = hosts, before = emptySnapshot): Readable {
	const reading = decideReading(answersOf([controller, ...nodes]), 'c1', which, before);
	assert.ok(reading.ok, 'unreadable');
	return reading;
}

const healthOf = (node: Node, before = known) =>
	read([['n1', node]], hosts, before).nodes.get('n1');

const single: readonly { name: string; node: Node; expected: Health | undefined }[] = [
	{
		name: 'serfHealth passing and a member alive',
		node: { catalog: 'passing', gossip: 'alive' },
		expected: 'up',
	},
	{
		name: 'serfHealth critical and a member failed',
		node: { catalog: 'critical', gossip: 'failed' },
		expected: 'down',
	},
	{
		name: 'a member leaving whose serfHealth still passes',
		node: { catalog: 'passing', gossip: 'leaving' },
		expected: 'left',
	},
	{
		name: 'a member leaving whose serfHealth is critical (I4)',
		node: { catalog: 'critical', gossip: 'leaving' },
		expected: 'left',
	},
	{ name: 'a member that left and is gone', node: { gossip: 'left' }, expected: 'left' },
	{
		name: 'a member that left while the catalog lags (I4)',
		node: { catalog: 'critical', gossip: 'left' },
		expected: 'left',
	},
	{
		name: 'a catalog that says critical of a living member, as after a snapshot restore',
		node: { catalog: 'critical', gossip: 'alive' },
		expected: 'unknown',
	},
	{
		name: 'gossip alone that says failed, as on an isolated agent (I5)',
		node: { catalog: 'passing', gossip: 'failed' },
		expected: 'unknown',
	},
	{ name: 'a dead member that was reaped', node: { gossip: 'failed' }, expected: 'unknown' },
	{
		name: 'a living member not registered yet',
		node: { gossip: 'alive' },
		expected: 'unknown',
	},
	{
		name: 'a status of serfHealth that does not exist',
		node: { catalog: 'warning', gossip: 'failed' },
		expected: 'unknown',
	},
	{
		name: 'a member of no status',
		node: { catalog: 'critical', gossip: 'none' },
		expected: 'unknown',
	},
	{
		name: 'a known node that only the catalog has, because we restarted',
		node: { catalog: 'critical' },
		expected: 'unknown',
	},
	{ name: 'a known node that nobody has any more', node: {}, expected: undefined },
];

for (const { name, node, expected } of single) {
	test(`reads ${name} as ${expected ?? 'no node at all'}`, () => {
		assert.equal(healthOf(node)?.health, expected);
	});
}

const doubts: readonly { name: string; node: Node; suspect?: true; alive?: true }[] = [
	{ name: 'nothing against one that is up', node: { catalog: 'passing', gossip: 'alive' } },
	{ name: 'no doubt about one that is down', node: { catalog: 'critical', gossip: 'failed' } },
	{ name: 'nothing against one that left', node: { catalog: 'critical', gossip: 'left' } },
	{ name: 'nothing against one not registered yet', node: { gossip: 'alive' } },
	{
		name: 'the catalog alone against a living member, and gossip for it',
		node: { catalog: 'critical', gossip: 'alive' },
		suspect: true,
		alive: true,
	},
	{
		name: 'the catalog alone where gossip does not know the node',
		node: { catalog: 'critical' },
		suspect: true,
	},
	{
		name: 'gossip alone against a node that passes',
		node: { catalog: 'passing', gossip: 'failed' },
		suspect: true,
	},
	{
		name: 'gossip alone against a node that the catalog does not know',
		node: { gossip: 'failed' },
		suspect: true,
	},
];

for (const { name, node, suspect, alive } of doubts) {
	test(`reads ${name}`, () => {
		const found = healthOf(node);
		assert.deepEqual([found?.suspect, found?.alive], [suspect, alive]);
	});
}

test('no answer but critical and failed together is down, whatever else is said (I5)', () => {
	const catalogs = fc.constantFrom('passing', 'critical', 'warning', undefined);
	const gossips = fc.constantFrom('alive', 'leaving', 'left', 'failed', 'none', undefined);
	const node = fc.tuple(catalogs, gossips, fc.boolean()).map(([catalog, gossip, maint]): Node => {
		return { maint, ...(catalog && { catalog }), ...(gossip && { gossip }) };
	});
	fc.assert(
		fc.property(node, fc.boolean(), (given, wasKnown) => {
			const health = healthOf(given, wasKnown ? known : emptySnapshot)?.health;
			const dead = given.catalog === 'critical' && given.gossip === 'failed';
			assert.equal(health === 'down', dead);
			if (given.gossip === 'left' || given.gossip === 'leaving') assert.equal(health, 'left');
		}),
	);
});

test('a node that only the catalog has and nobody knew is ignored: it was never in serf', () => {
	const { nodes, unmonitored } = read([['external-service', { catalog: 'critical' }]]);
	assert.deepEqual([...nodes.keys()], []);
	assert.deepEqual([...unmonitored], ['c1']);
});

test('a node is one host however its name is spelled, and keeps its own spelling', () => {
	const { nodes } = read([['N1', { catalog: 'critical', gossip: 'failed' }]]);
	assert.deepEqual([...nodes.keys()], ['n1']);
	assert.equal(nodes.get('n1')?.name, 'N1');
});

test('the reading carries where the agent gossips, and nothing where gossip does not know it', () => {
	const serf = { address: '10.0.0.9', port: 8301 };
	assert.deepEqual(healthOf({ catalog: 'critical', gossip: 'failed' })?.serf, serf);
	assert.equal(healthOf({ catalog: 'critical' })?.serf, undefined);
});

test('where a living node has the address of a dead one, who answers there is not asked', () => {
	const { nodes } = read([
		['n1', { catalog: 'critical', gossip: 'failed' }],
		['n2', { catalog: 'passing', gossip: 'alive' }],
	]);
	assert.equal(nodes.get('n1')?.serf, undefined);
});

const doubles: readonly { name: string; a: Node; b: Node; expected: Health }[] = [
	{
		name: 'an old dead spelling beside a living one is not down',
		a: { catalog: 'critical', gossip: 'failed' },
		b: { catalog: 'passing', gossip: 'alive' },
		expected: 'unknown',
	},
	{
		name: 'an old dead member beside a living one, registered once, is up',
		a: { gossip: 'failed' },
		b: { catalog: 'passing', gossip: 'alive' },
		expected: 'up',
	},
	{
		name: 'a spelling that left beside a dead one has left (I4)',
		a: { gossip: 'left' },
		b: { catalog: 'critical', gossip: 'failed' },
		expected: 'left',
	},
	{
		name: 'both spellings dead is down',
		a: { catalog: 'critical', gossip: 'failed' },
		b: { catalog: 'critical', gossip: 'failed' },
		expected: 'down',
	},
];

for (const { name, a, b, expected } of doubles) {
	test(`of two nodes whose names differ in case only, ${name}, in either order`, () => {
		const [one, two]: Nodes = [
			['N1', a],
			['n1', b],
		];
		if (!one || !two) throw new Error('unreachable');
		assert.equal(read([one, two]).nodes.get('n1')?.health, expected);
		assert.equal(read([two, one]).nodes.get('n1')?.health, expected);
	});
}

const dead: Nodes[number] = ['n1', { catalog: 'critical', gossip: 'failed' }];
const trimmed: readonly { name: string; answers: Answers }[] = [
	{ name: 'the header says so', answers: answersOf([controller, dead], true) },
	{ name: 'this agent is missing from both', answers: answersOf([dead]) },
	{
		name: 'this agent is missing from the catalog',
		answers: answersOf([['c1', { gossip: 'alive' }], dead]),
	},
	{
		name: 'this agent is missing from the members',
		answers: answersOf([['c1', { catalog: 'passing' }], dead]),
	},
	{
		name: 'nothing is there at all',
		answers: { checks: [], members: [], filtered: false },
	},
];

for (const { name, answers } of trimmed) {
	test(`refuses an answer that an ACL has trimmed: ${name} (I5)`, () => {
		const reading = decideReading(answers, 'C1', hosts, known);
		assert.equal(reading.ok, false);
		assert.match(reading.ok ? '' : reading.error, /incomplete/);
	});
}

test('Consul servers are no hosts unless the configuration says so', () => {
	const server: Node = { catalog: 'critical', gossip: 'failed', server: true };
	const without = read([['s1', server]]);
	assert.equal(without.nodes.has('s1'), false);
	assert.equal(without.unmonitored.has('s1'), true);
	const included = read([['s1', server]], { ...hosts, servers: true });
	assert.equal(included.nodes.get('s1')?.health, 'down');
	assert.equal(included.nodes.get('c1')?.health, 'up');
});

test('a member without tags is a host', () => {
	const { checks, members, filtered } = answersOf([controller, dead]);
	const bare = members.map((member) => ({ ...member, Tags: null }));
	const reading = decideReading({ checks, members: bare, filtered }, 'c1', hosts, emptySnapshot);
	assert.equal(reading.ok && reading.nodes.get('n1')?.health, 'down');
});

const globs: readonly {
	include: readonly string[];
	exclude?: readonly string[];
	yes: readonly string[];
	no: readonly string[];
}[] = [
	{ include: ['*'], yes: ['n1', 'a.b-c_d'], no: [] },
	{ include: ['n*'], yes: ['n', 'n1', 'n1.example'], no: ['xn1', 'm1'] },
	{ include: ['n?'], yes: ['n1', 'nx'], no: ['n', 'n12'] },
	{ include: ['n1.example'], yes: ['n1.example'], no: ['n1xexample'] },
	{ include: ['N*'], yes: ['n1'], no: [] },
	{ include: ['n*'], exclude: ['n2', '*-test'], yes: ['n1'], no: ['n2', 'n1-test'] },
	{ include: ['n[12]', 'a+b', '(c)', 'd\\e'], yes: ['n[12]', 'a+b', '(c)', 'd\\e'], no: ['n1'] },
	{ include: [], yes: [], no: ['n1'] },
	{ include: ['*'], yes: ['ｎ1', '😀'], no: ['__proto__', 'constructor'] },
	{ include: ['?'], yes: ['😀'], no: ['😀😀'] },
];

for (const { include, exclude = [], yes, no } of globs) {
	const but = exclude.length > 0 ? ` but ${exclude.join(' ')}` : '';
	test(`hosts ${include.join(' ') || '(none)'}${but} names whole lower-cased names`, () => {
		for (const host of yes) assert.ok(isIncluded(host, { include, exclude, servers: false }), host);
		for (const host of no) assert.ok(!isIncluded(host, { include, exclude, servers: false }), host);
	});
}

test('an excluded host is not monitored, also one that was known before', () => {
	const { nodes, unmonitored } = read([dead], { ...hosts, exclude: ['N*'] }, known);
	assert.deepEqual([...nodes.keys()], []);
	assert.equal(unmonitored.has('n1'), true);
	assert.equal(read([], { ...hosts, exclude: ['n1'] }, known).unmonitored.has('n1'), true);
});

test('consul maint counts on a node with and without serfHealth, in any case of its name', () => {
	const { maintenance, registered } = read([
		['N1', { catalog: 'passing', gossip: 'alive', maint: true }],
		['n2', { gossip: 'left', maint: true }],
		['n3', { maint: true }],
	]);
	assert.deepEqual([...maintenance], ['n1', 'n2', 'n3']);
	assert.deepEqual([...registered].sort(), ['c1', 'n1']);
});

test('other checks of a node mean nothing', () => {
	assert.equal(healthOf({ catalog: 'passing', gossip: 'alive' })?.health, 'up');
	assert.deepEqual([...read([['n1', {}]]).maintenance], []);
});
