import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Action } from '../handlers/lib/decide/matrix.ts';
import { ConfigError } from '../handlers/lib/errors.ts';
import { file, fileOf, matrices, parse, rowOf, rowsOf } from './fixtures/matrix.ts';

const two = rowsOf(2, ['none', 'none', 'recovery', 'recovery']);
const invalid: readonly { name: string; text: string; expected: readonly string[] }[] = [
	{
		name: 'an empty file',
		text: '',
		expected: ['1:1: is null, expected an object'],
	},
	{
		name: 'a file without rows',
		text: 'sequence: [a, b]\n',
		expected: ['1:1: has no "matrix", expected a list of rows of health and action'],
	},
	{
		name: 'an empty sequence',
		text: `sequence: []\nmatrix: []\n`,
		expected: ["1:11: sequence: expected a list of the networks' names"],
	},
	{
		name: 'a vector listed twice, with the line of the first',
		text: fileOf(['a', 'b'], [...two, rowOf(['down', 'up'], '')]),
		expected: ['12:15: matrix[4].health: down/up is listed twice, expected once: first on line 8'],
	},
	{
		name: 'missing vectors, all named',
		text: fileOf(['a', 'b'], two.slice(1, 3)),
		expected: ['4:5: matrix: has no row for 2 vectors, expected every one once: up/up, down/down'],
	},
	{
		name: 'a vector of the wrong length',
		text: fileOf(['a', 'b'], [...two, rowOf(['up'], '')]),
		expected: ['12:15: matrix[4].health: has 1 states, expected 2 as in sequence'],
	},
	{
		name: 'unknown states, actions and keys, all at once',
		text: fileOf(['a', 'b'], [rowOf(['up', 'maybe'], "'reboot'"), '      note: x\n']),
		expected: [
			'4:22: matrix[0].health[1]: expected one of: up, down',
			'5:16: matrix[0].action[0]: expected recovery',
			'6:7: matrix[0]: unknown key "note", expected one of: health, action',
		],
	},
	{
		name: 'an action that is no list',
		text: fileOf(['a', 'b'], ["    - health: ['up', 'up']\n      action: recovery\n"]),
		expected: ["5:15: matrix[0].action: is text, expected [] or ['recovery']"],
	},
	{
		name: 'a sequence that is not the configured networks',
		text: fileOf(['a', 'c'], two),
		expected: [
			'2:11: sequence: has no b, expected every configured network once',
			'2:15: sequence[1]: "c" is no network, expected one of: a, b',
		],
	},
	{
		name: 'a sequence that names a network twice',
		text: fileOf(['a', 'b', 'a'], rowsOf(3, Array<Action>(8).fill('none'))),
		expected: ['2:18: sequence[2]: "a" is listed twice, expected each network once'],
	},
];

for (const { name, text, expected } of invalid) {
	test(`rejects ${name} (I8)`, () => {
		assert.throws(
			() => parse(text, ['a', 'b']),
			(error) => {
				assert.ok(error instanceof ConfigError);
				assert.deepEqual(
					error.message.split('\n'),
					expected.map((line) => `${file}:${line}`),
				);
				return true;
			},
		);
	});
}

test('any single mutation of a valid matrix file is rejected with a line number (I8)', () => {
	const mutations = fc.constantFrom<(rows: string[], at: number) => string[]>(
		(rows, at) => rows.toSpliced(at, 1),
		(rows, at) => rows.toSpliced(at, 0, rows[at] ?? ''),
		(rows, at) => rows.with(at, (rows[at] ?? '').replace('[', "['up', ")),
		(rows, at) => rows.with(at, (rows[at] ?? '').replace(/'(up|down)'(, )?/, '')),
		(rows, at) => rows.with(at, (rows[at] ?? '').replace(/up|down/, 'left')),
		(rows, at) => rows.with(at, (rows[at] ?? '').replace(/action: .*/, "action: ['reboot']")),
		(rows, at) => rows.with(at, (rows[at] ?? '').replace(/action: .*/, 'action:')),
		(rows, at) => rows.with(at, (rows[at] ?? '').replace('action', 'actions')),
		(rows, at) => rows.with(at, (rows[at] ?? '').replace("']", "'")),
	);
	fc.assert(
		fc.property(matrices, mutations, fc.nat(), ({ sequence, actions }, mutate, n) => {
			const rows = rowsOf(sequence.length, actions);
			parse(fileOf(sequence, rows), sequence);
			const mutated = fileOf(sequence, mutate(rows, n % rows.length));
			assert.throws(
				() => parse(mutated, sequence),
				(error) => {
					assert.ok(error instanceof ConfigError, String(error));
					const lines = mutated.split('\n').length;
					for (const message of error.message.split('\n')) {
						const line = Number(
							/^\/etc\/hostmonitor\/matrix\.yaml:(\d+):\d+: ./.exec(message)?.[1],
						);
						assert.ok(line >= 1 && line <= lines, message);
					}
					return true;
				},
			);
		}),
		{ numRuns: 300 },
	);
});
