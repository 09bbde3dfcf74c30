/** One host under several nodes' names: a rule for each network makes them one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostNameOf, isNotifiable } from '../handlers/lib/decide/names.ts';
import { decideReading } from '../handlers/lib/decide/reading.ts';
import { emptySnapshot } from '../handlers/lib/decide/snapshot.ts';
import { settings } from './fixtures/world.ts';

const cases: readonly { node: string; rule?: string; host: string }[] = [
	{ node: 'Compute-1', host: 'Compute-1' },
	{ node: 'compute-1-stor', rule: '*-stor', host: 'compute-1' },
	{ node: 'Compute-1-STOR', rule: '*-stor', host: 'Compute-1' },
	{ node: 'stor.compute-1.example', rule: 'stor.*.example', host: 'compute-1' },
	{ node: 'compute-1', rule: '*-stor', host: 'compute-1' },
	{ node: '-stor', rule: '*-stor', host: '-stor' },
	{ node: 'aba', rule: 'ab*ba', host: 'aba' },
];

for (const { node, rule, host } of cases) {
	test(`the node ${node} is the host ${host} where the rule is ${rule ?? 'not given'}`, () => {
		assert.equal(hostNameOf(node, rule), host);
	});
}

const labels: readonly { name: string; taken: boolean }[] = [
	{ name: 'n', taken: true },
	{ name: 'Compute-1.rack_2.example', taken: true },
	{ name: '-._', taken: true },
	{ name: 'n'.repeat(255), taken: true },
	{ name: 'n'.repeat(256), taken: false },
	{ name: '', taken: false },
	{ name: 'rack 1', taken: false },
	{ name: 'n1\n', taken: false },
	{ name: 'n/1', taken: false },
	{ name: 'n:1', taken: false },
	{ name: 'ñ1', taken: false },
	{ name: '\u212a1', taken: false },
];

for (const { name, taken } of labels) {
	test(`Masakari takes ${taken ? 'a' : 'no'} host of ${name.length} letters: ${JSON.stringify(name.slice(0, 30))}`, () => {
		assert.equal(isNotifiable(name), taken);
	});
}

const member = (Name: string, Status: number, role = 'node') => ({
	...{ Name, Addr: '10.0.0.9', Port: 8301, Status, Tags: { role } },
});
const serf = (Node: string, Status: string) => ({ Node, CheckID: 'serfHealth', Status });

function read(nodes: Readonly<Record<string, readonly [status: number, serfHealth: string]>>) {
	const all = Object.entries(nodes);
	const reading = decideReading(
		{
			checks: [serf('c1-stor', 'passing'), ...all.map(([node, [, health]]) => serf(node, health))],
			members: [member('c1-stor', 1, 'consul'), ...all.map(([node, [s]]) => member(node, s))],
			filtered: false,
		},
		'c1',
		settings.hosts,
		emptySnapshot,
		'*-stor',
	);
	assert.ok(reading.ok, 'it can be read');
	return [...reading.nodes].map(([host, { name, health }]) => [host, name, health]);
}

test('a network is read by host names, this controller among them', () => {
	assert.deepEqual(read({ 'N1-stor': [4, 'critical'], 'n2-stor': [1, 'passing'] }), [
		['n1', 'N1', 'down'],
		['n2', 'n2', 'up'],
	]);
});

test('two nodes that are one host are never down while either speaks against it (I5)', () => {
	assert.deepEqual(read({ 'n1-stor': [4, 'critical'], n1: [1, 'passing'] }), [
		['n1', 'n1', 'unknown'],
	]);
	assert.deepEqual(read({ 'n1-stor': [4, 'critical'], n1: [3, 'critical'] }), [
		['n1', 'n1', 'left'],
	]);
});
