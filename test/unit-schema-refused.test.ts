import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptySnapshot } from '../handlers/lib/decide/snapshot.ts';
import { parseIncident } from '../handlers/lib/schema/incident.ts';
import type { Parse } from '../handlers/lib/schema/input.ts';
import { parseOperatorWord } from '../handlers/lib/schema/operator-word.ts';
import { parseSnapshot } from '../handlers/lib/schema/snapshot.ts';
import { parseView } from '../handlers/lib/schema/view.ts';
import { complaint, key } from './fixtures/complaint.ts';
import { asStored } from './fixtures/mutation.ts';
import { incident, operatorWord, snapshot, view } from './fixtures/values.ts';

const refused: readonly {
	name: string;
	parse: Parse<unknown>;
	value: unknown;
	expected: string;
}[] = [
	{
		name: 'text in place of an object',
		parse: parseSnapshot,
		value: 'secret',
		expected: 'is text, expected an object',
	},
	{
		name: 'a name that is too long, without the name',
		parse: parseSnapshot,
		value: { ...snapshot, down: ['n1', 'x'.repeat(256)] },
		expected: '/down/1 expected a name',
	},
	{
		name: 'a key of a mebibyte',
		parse: parseView,
		value: { ...view, due: { ['x'.repeat(1 << 20)]: view.due['n3'] } },
		expected: `/due key "${'x'.repeat(63)}…": must NOT have more than 255 characters`,
	},
	{
		name: 'a health that is none',
		parse: parseIncident,
		value: { ...incident, vector: { storage: 'dead' } },
		expected: '/vector/storage expected one of: up, down, left, unknown',
	},
	{
		name: 'a time that is not as Masakari spells it',
		parse: parseIncident,
		value: { ...incident, generated_times: ['2024-01-31 09:30'] },
		expected: '/generated_times/0 expected a time such as 2024-01-31T09:30:00Z',
	},
	{
		name: 'a text beyond its bound',
		parse: parseOperatorWord,
		value: { ...operatorWord, why: 'x'.repeat(4097) },
		expected: '/why must NOT have more than 4096 characters',
	},
	{
		name: 'a time that is infinite',
		parse: parseOperatorWord,
		value: JSON.parse(JSON.stringify(operatorWord).replace('"until":1', '"until":1e999')),
		expected: '/until is not finite, expected a number',
	},
	{
		name: 'a time that no Date can hold',
		parse: parseOperatorWord,
		value: { ...operatorWord, until: 9e15 },
		expected: '/until must be <= 8640000000000000',
	},
	{
		name: 'a reason of two lines',
		parse: parseOperatorWord,
		value: { ...operatorWord, why: 'a\ncritical: b' },
		expected: '/why expected text on one line',
	},
	{
		name: 'a prototype as a key',
		parse: parseOperatorWord,
		value: JSON.parse('{"version":1,"who":"a","why":"b","at":1,"__proto__":{}}'),
		expected: 'unknown key "__proto__", expected one of: version, who, why, at, until',
	},
];

for (const { name, parse, value, expected } of refused) {
	test(`refuses ${name} (I8)`, () => {
		assert.equal(complaint(parse, value), expected);
	});
}

test('a snapshot of 10,000 names is checked within a few milliseconds', () => {
	const names = Array.from({ length: 10_000 }, (_, i) => `compute-${i}`.padEnd(40, 'x'));
	const value = asStored({ ...emptySnapshot, down: names });
	const times = Array.from({ length: 7 }, () => {
		const start = performance.now();
		parseSnapshot(value, key);
		return performance.now() - start;
	});
	assert.ok(Math.min(...times) < 10, `${Math.min(...times)} ms`);
});
