import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decideVerdict, specMatrix } from '../handlers/lib/decide/matrix.ts';
import {
	fileOf,
	healths,
	matrices,
	networks,
	operators,
	parse,
	product,
	rowsOf,
	unanimous,
	vectorOf,
} from './fixtures/matrix.ts';

test('every vector of the default matrix has the verdict on which all its completions agree (I5)', () => {
	const rows = product(healths, 3);
	assert.equal(rows.length, 64);
	for (const row of rows) {
		const verdict = decideVerdict(specMatrix(networks), vectorOf(networks, row));
		assert.equal(verdict, unanimous(specMatrix(networks), row), row.join('/'));
		// And in the default table's own words: storage alone decides, and only a plain down is down.
		const spoken = { up: 'none', down: 'recovery', left: 'undecided', unknown: 'undecided' };
		assert.equal(verdict, spoken[row[2] ?? 'unknown'], row.join('/'));
	}
});

test('a network without a word in the vector is unknown, never down (I5)', () => {
	assert.equal(decideVerdict(specMatrix(networks), {}), 'undecided');
	assert.equal(decideVerdict(specMatrix(networks), { management: 'down' }), 'undecided');
	assert.equal(decideVerdict(specMatrix(networks), { storage: 'down' }), 'recovery');
});

test('any matrix of one to four networks is read as it is written, and unanimous (I5)', () => {
	fc.assert(
		fc.property(matrices, ({ sequence, actions }) => {
			const matrix = parse(fileOf(sequence, rowsOf(sequence.length, actions)), sequence);
			const vectors = product(['up', 'down'], sequence.length).map((row) => row.join('/'));
			assert.deepEqual(matrix.actions, Object.fromEntries(vectors.map((v, i) => [v, actions[i]])));
			for (const row of product(healths, sequence.length)) {
				const verdict = decideVerdict(matrix, vectorOf(sequence, row));
				assert.equal(verdict, unanimous(matrix, row), row.join('/'));
			}
		}),
		{ numRuns: 60 },
	);
});

test("masakari-monitors' own matrix.yaml means the default matrix, manage being management", () => {
	assert.deepEqual(parse(operators), specMatrix(networks));
});

test('manage stays manage where a network is named so', () => {
	const names = ['manage', 'tenant', 'storage'];
	assert.deepEqual(parse(operators, names), specMatrix(names));
});

test("the file's order of networks may be another than the configuration's", () => {
	const rows = rowsOf(2, ['none', 'recovery', 'none', 'recovery']);
	const matrix = parse(fileOf(['storage', 'tenant'], rows), ['tenant', 'storage']);
	assert.deepEqual(matrix.sequence, ['storage', 'tenant']);
	assert.equal(decideVerdict(matrix, { tenant: 'down', storage: 'up' }), 'recovery');
	assert.equal(decideVerdict(matrix, { tenant: 'up', storage: 'down' }), 'none');
});
