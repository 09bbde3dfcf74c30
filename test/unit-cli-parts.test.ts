import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError, UsageError } from '../handlers/lib/errors.ts';
import { heldByStorm } from '../scripts/lib/command-approve.ts';
import { parseVector } from '../scripts/lib/command-simulate.ts';
import { findHost, nearNames } from '../scripts/lib/known-hosts.ts';
import { parseReason, parseUntil, speaker } from '../scripts/lib/operator-word.ts';
import { tableText } from '../scripts/lib/table.ts';
import { durationText, timeText } from '../scripts/lib/times.ts';
import { view } from './fixtures/values.ts';
import { incidentOf, networks, readsOf, snapshotsOf, storedOf, wordOf } from './fixtures/world.ts';

const usage = (text: RegExp) => (error: unknown) => {
	assert.ok(error instanceof UsageError);
	assert.match(error.message, text);
	return true;
};

test('a word ends when its duration is over, and without one stands until it is taken back', () => {
	assert.deepEqual(parseUntil('2h', 1000), { until: 7_201_000 });
	assert.deepEqual(parseUntil(undefined, 1000), {});
	for (const text of ['', '2', '-1h', '1d', '8761h', '1.5h']) {
		assert.throws(() => parseUntil(text, 0), UsageError, text);
	}
});

test('a reason is trimmed, and longer than KV takes it is refused', () => {
	assert.equal(parseReason(' disk '), 'disk');
	assert.throws(() => parseReason('x'.repeat(4097)), UsageError);
});

test('a word is said by the person behind sudo', () => {
	assert.match(speaker({ SUDO_USER: 'ann' }), /^ann@./);
	assert.match(speaker({}), /^.+@./);
});

const known = ['compute-1', 'compute-2', 'compute-11', 'storage-1.example.org'];
const misspelt: readonly { name: string; host: string; expected: readonly string[] }[] = [
	{
		name: 'a letter too few',
		host: 'compute1',
		expected: ['compute-1', 'compute-11', 'compute-2'],
	},
	{ name: 'the short name', host: 'storage-1', expected: ['storage-1.example.org'] },
	{ name: 'the long name', host: 'compute-2.example.org', expected: ['compute-2'] },
	{ name: 'nothing alike', host: 'network-9', expected: [] },
];
for (const { name, host, expected } of misspelt) {
	test(`near names are offered for ${name}`, () => {
		assert.deepEqual(nearNames(host, known), expected);
	});
}

test('a host is found by any spelling, in whatever names it, and nothing else is', () => {
	const stored = storedOf({
		snapshots: {
			storage: { ...(snapshotsOf(readsOf({ n1: 'up/up/up' }))['storage'] ?? assert.fail()) },
		},
		incidents: { n2: incidentOf('n2', 0) },
		views: { c1: view },
		maintenance: { n5: wordOf() },
		approved: { n6: wordOf(900) },
	});
	for (const host of ['N1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n9']) {
		assert.equal(findHost(host, stored), host.toLowerCase());
	}
	assert.throws(() => findHost('n7', stored), InputError);
	assert.throws(() => findHost('constructor', stored), InputError);
});

test('approve --all takes who is held by a storm in any live view, and nobody else', () => {
	const held = {
		n2: [
			{ gate: 'paused', reason: '' },
			{ gate: 'storm', reason: '' },
		],
		n1: [{ gate: 'storm', reason: '' }],
		n3: [{ gate: 'paused', reason: '' }],
	};
	const other = { ...view, held: { n1: [{ gate: 'storm', reason: '' }] } };
	const { views } = storedOf({ views: { c1: { ...view, held }, c2: other } });
	assert.deepEqual(heldByStorm({ views }), ['n1', 'n2']);
});

test('a simulated vector takes known networks and healths only', () => {
	assert.deepEqual(parseVector(['STORAGE=down'], networks), { storage: 'down' });
	assert.throws(() => parseVector(['disk=down'], networks), usage(/no network "disk"/));
	assert.throws(() => parseVector(['storage=dead'], networks), usage(/storage=dead: expected/));
});

test('columns are as wide as their widest cell', () => {
	assert.equal(
		tableText([
			['a', 'bb', 'c'],
			['ddd', 'e'],
		]),
		'  a    bb  c\n  ddd  e',
	);
});

test('times are in whole seconds of UTC, durations in their largest whole unit', () => {
	assert.equal(timeText(Date.parse('2026-11-22T12:00:00.999Z')), '2026-11-22T12:00:00Z');
	assert.equal(timeText(1e300), 'never');
	assert.deepEqual([7_200_000, 90_000, 1500, 0].map(durationText), ['2h', '90s', '1500ms', '0ms']);
});
