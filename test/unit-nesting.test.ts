import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseBody } from '../handlers/lib/io/json-body.ts';
import { parseJson } from '../handlers/lib/schema/input.ts';
import { isTooDeep } from '../handlers/lib/schema/nesting.ts';

const nested = (levels: number, [open, close] = ['[', ']']) =>
	open.repeat(levels) + close.repeat(levels);

const cases: readonly { name: string; text: string; expected: boolean }[] = [
	{ name: '64 lists within each other', text: nested(64), expected: false },
	{ name: '65 lists within each other', text: nested(65), expected: true },
	{ name: '65 objects within each other', text: nested(65, ['{"a":', '}']), expected: true },
	{ name: 'lists that are never closed', text: '['.repeat(65), expected: true },
	{ name: 'brackets in text', text: JSON.stringify(['['.repeat(999)]), expected: false },
	{
		name: 'brackets behind a quote in text',
		text: JSON.stringify([`\\"${'{'.repeat(999)}`]),
		expected: false,
	},
	{
		name: 'lists behind a text that ends in a backslash',
		text: `["\\\\",${nested(64)}]`,
		expected: true,
	},
	{ name: '1,000 lists beside each other', text: `[${'[],'.repeat(1000)}[]]`, expected: false },
];
for (const { name, text, expected } of cases) {
	test(`${name} are ${expected ? 'too deep' : 'read'} (I8)`, () => {
		assert.equal(isTooDeep(text), expected);
	});
}

test('no JSON of up to 64 levels is too deep, and any of it one level further down is', () => {
	fc.assert(
		fc.property(fc.json({ maxDepth: 5 }), (text) => {
			assert.equal(isTooDeep(text), false);
			assert.equal(isTooDeep(`${'['.repeat(65)}${text}${']'.repeat(65)}`), true);
		}),
	);
});

test('a value in KV and an answer that are too deep are refused without being parsed (I8)', () => {
	const deep = '['.repeat(1_000_000);
	assert.throws(() => parseJson(deep, 'paused'), /paused: is not JSON as agreed: nested deeper/);
	assert.throws(() => parseBody(deep, 'application/json'), /the answer is nested deeper than 64/);
});
