import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAgentSelf } from '../handlers/lib/schema/agent-self.ts';
import { parseChecks } from '../handlers/lib/schema/checks.ts';
import { type Parse, parseJson } from '../handlers/lib/schema/input.ts';
import { type KvEntry, parseEntry, parseKv } from '../handlers/lib/schema/kv.ts';
import { parseMembers } from '../handlers/lib/schema/members.ts';
import { parseOperatorWord } from '../handlers/lib/schema/operator-word.ts';
import { complaint, key } from './fixtures/complaint.ts';
import { operatorWord } from './fixtures/values.ts';

const refused: readonly {
	name: string;
	parse: Parse<unknown>;
	value: unknown;
	expected: string;
}[] = [
	{
		name: 'checks that are no list',
		parse: parseChecks,
		value: { Node: 'n1' },
		expected: 'is an object, expected a list',
	},
	{
		name: 'a check without a node',
		parse: parseChecks,
		value: [{ CheckID: 'serfHealth', Status: 'critical' }],
		expected: '/0 has no "Node", expected text',
	},
	{
		name: 'a member with a status that serf does not have',
		parse: parseMembers,
		value: [{ Name: 'n1', Addr: '::1', Port: 8301, Status: 5, Tags: {} }],
		expected: '/0/Status must be <= 4',
	},
	{
		name: 'an agent without a name',
		parse: parseAgentSelf,
		value: { Config: { NodeName: '', Version: '1.8.7' } },
		expected: '/Config/NodeName must NOT have fewer than 1 characters',
	},
	{
		name: 'a KV row without an index',
		parse: parseKv,
		value: [{ Key: 'a', Value: null, Flags: 0 }],
		expected: '/0 has no "ModifyIndex", expected a whole number',
	},
];

for (const { name, parse, value, expected } of refused) {
	test(`refuses ${name} (I8)`, () => {
		assert.equal(complaint(parse, value), expected);
	});
}

test('what Consul says is read with whatever else it holds, and null is an empty list', () => {
	const check = { Node: 'n1', CheckID: 'serfHealth', Status: 'critical', Output: 'x', Tags: [] };
	assert.deepEqual(parseChecks([check, { ...check, Notes: '' }], key).length, 2);
	const member = { Name: 'n1', Addr: '::1', Port: 8301, Status: 4, Tags: null, DelegateMax: 5 };
	assert.deepEqual(parseMembers([member, { ...member, Tags: { role: 'node' } }], key).length, 2);
	const self = { Config: { NodeName: 'n1', Version: '1.22.0+ent', Server: true }, Coord: {} };
	assert.equal(parseAgentSelf(self, key).Config.NodeName, 'n1');
	for (const parse of [parseChecks, parseMembers, parseKv]) assert.deepEqual(parse(null, key), []);
});

const entry = (text: string | Uint8Array): KvEntry => ({
	Key: key,
	Value: Buffer.from(text).toString('base64'),
	ModifyIndex: 7,
	Flags: 0,
});
const fromKv = (value: KvEntry) => parseEntry(value, parseOperatorWord);

test('a value in KV is decoded, parsed and checked', () => {
	assert.deepEqual(fromKv(entry(JSON.stringify(operatorWord))), operatorWord);
});

const texts: readonly { name: string; value: KvEntry; expected: string }[] = [
	{ name: 'no value', value: { ...entry(''), Value: null }, expected: 'is empty' },
	{ name: 'an empty value', value: entry(''), expected: 'is empty' },
	{
		name: 'half a value',
		value: entry('{"version":1,'),
		expected: 'is not JSON: "{\\"version\\":1,"',
	},
	{
		name: 'a long text that is no JSON',
		value: entry('x'.repeat(100_000)),
		expected: `is not JSON: "${'x'.repeat(39)}…"`,
	},
	{ name: 'bytes', value: entry(Uint8Array.of(0xff, 0xfe)), expected: 'is not UTF-8 text' },
];
for (const { name, value, expected } of texts) {
	test(`${name} in KV is an InputError that names the key (I8)`, () => {
		assert.equal(
			complaint(() => fromKv(value), null),
			expected,
		);
	});
}

test('JSON that is nested without end is an InputError (I8)', () => {
	assert.match(
		complaint(() => parseJson('['.repeat(100_000), key), null),
		/^is not JSON/,
	);
});
