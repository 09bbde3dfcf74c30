import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { confirmDue, continueSightings, isConfirmed } from '../handlers/lib/decide/confirm.ts';
import type { Sighting, View } from '../handlers/lib/decide/view.ts';
import { frozen } from './fixtures/world.ts';

type Before = Pick<View, 'due' | 'restarts'>;
const sighting = (first_seen: number, last_seen: number): Sighting => ({ first_seen, last_seen });
const nobody = new Set<string>();
const nothing: Before = { due: {}, restarts: {} };

const gaps: readonly { name: string; before: Sighting | undefined; expected: Sighting }[] = [
	{
		name: 'a host seen for the first time begins now',
		before: undefined,
		expected: sighting(100, 100),
	},
	{ name: 'a host seen before goes on', before: sighting(50, 90), expected: sighting(50, 100) },
	{
		name: 'a gap of 40 s still counts as consecutive',
		before: sighting(50, 60),
		expected: sighting(50, 100),
	},
	{
		name: 'a gap of more than 40 s starts anew',
		before: sighting(50, 59.99),
		expected: sighting(100, 100),
	},
];

for (const { name, before, expected } of gaps) {
	test(name, () => {
		const next = continueSightings(before ? { n1: before } : {}, ['n1'], 100);
		assert.deepEqual(next, { n1: expected });
	});
}

test('a host that is missing from one read has no sighting any more', () => {
	assert.deepEqual(continueSightings({ n1: sighting(50, 90) }, [], 100), {});
});

test('a sighting is confirmed after exactly as long as it takes, and none is confirmed without one', () => {
	assert.equal(isConfirmed(sighting(100, 114), 114.9, 15_000), false);
	assert.equal(isConfirmed(sighting(100, 115), 115, 15_000), true);
	assert.equal(isConfirmed(sighting(100, 100), 100, 0), true);
	assert.equal(isConfirmed(undefined, 100, 0), false);
});

const restarts: readonly {
	name: string;
	/** Now; 100 unless given. */
	at?: number;
	before: Before;
	due: readonly string[];
	sent?: readonly string[];
	freed?: readonly string[];
	/** When each due host was first seen, and who restarted whom when. */
	expected: readonly [firstSeen: Record<string, number>, restarts: Record<string, number>];
}[] = [
	{
		name: 'a host that becomes due restarts those that are confirming (I6)',
		before: { due: { n1: sighting(90, 99) }, restarts: { n1: 90 } },
		due: ['n1', 'n2'],
		expected: [
			{ n1: 100, n2: 100 },
			{ n1: 90, n2: 100 },
		],
	},
	{
		name: 'it restarts also those that are confirmed and only held (I6)',
		before: { due: { n1: sighting(10, 99) }, restarts: { n1: 10 } },
		due: ['n1', 'n2'],
		expected: [
			{ n1: 100, n2: 100 },
			{ n1: 10, n2: 100 },
		],
	},
	{
		name: 'it does not restart a host that we are committed to',
		before: { due: { n1: sighting(10, 99) }, restarts: { n1: 10 } },
		due: ['n1', 'n2'],
		sent: ['n1'],
		expected: [
			{ n1: 10, n2: 100 },
			{ n1: 10, n2: 100 },
		],
	},
	{
		name: 'a host that flaps restarts the others once in 5 min, and itself every time',
		before: { due: { n1: sighting(90, 99) }, restarts: { n1: 90, n2: 50 } },
		due: ['n1', 'n2'],
		expected: [
			{ n1: 90, n2: 100 },
			{ n1: 90, n2: 50 },
		],
	},
	{
		name: 'after 5 min it may do so again',
		at: 300,
		before: { due: { n1: sighting(290, 299) }, restarts: { n1: 290, n2: 0 } },
		due: ['n1', 'n2'],
		expected: [
			{ n1: 300, n2: 300 },
			{ n1: 290, n2: 300 },
		],
	},
	{
		name: 'a host that stays due for longer than 5 min is no newcomer',
		at: 400,
		before: { due: { n1: sighting(10, 399), n2: sighting(20, 399) }, restarts: {} },
		due: ['n1', 'n2'],
		expected: [{ n1: 10, n2: 20 }, {}],
	},
	{
		name: 'hosts that a storm let go confirm anew, the others go on (I6)',
		before: { due: { n1: sighting(10, 99), n2: sighting(20, 99) }, restarts: {} },
		due: ['n1', 'n2'],
		freed: ['n1'],
		expected: [{ n1: 100, n2: 20 }, {}],
	},
	{
		name: 'after a gap everything is new',
		before: { due: { n1: sighting(10, 59), n2: sighting(20, 59) }, restarts: { n1: 10 } },
		due: ['n1', 'n2'],
		expected: [
			{ n1: 100, n2: 100 },
			{ n1: 10, n2: 100 },
		],
	},
];

for (const { name, at = 100, before, due, sent, freed, expected } of restarts) {
	test(name, () => {
		const next = confirmDue(frozen(before), due, new Set(sent), new Set(freed), at);
		const firstSeen = Object.entries(next.due).map(([host, seen]) => [host, seen.first_seen]);
		assert.deepEqual([Object.fromEntries(firstSeen), next.restarts], expected);
		for (const seen of Object.values(next.due)) assert.equal(seen.last_seen, at);
	});
}

/** Reads in a row: seconds since the one before, and who is due. */
const reads = fc.array(
	fc.record({ gap: fc.integer({ min: 1, max: 60 }), due: fc.subarray(['a', 'b', 'c', 'd']) }),
	{ minLength: 1, maxLength: 40 },
);

test('a confirmed host was due in every read of that time, and nobody new became due in it (I6)', () => {
	fc.assert(
		fc.property(reads, (given) => {
			let view = nothing;
			let uptime = 1000;
			const log: { at: number; due: readonly string[] }[] = [];
			for (const { gap, due } of given) {
				uptime += gap;
				log.push({ at: uptime, due });
				view = confirmDue(view, due, nobody, nobody, uptime);
				for (const host of due) {
					if (!isConfirmed(view.due[host], uptime, 15_000)) continue;
					// The newest read that is 15 s old or older, and everything since.
					const from = log.findLastIndex(({ at }) => at <= uptime - 15);
					assert.ok(from >= 0, 'no read that old');
					const window = log.slice(from);
					for (const [i, read] of window.entries()) {
						assert.ok(read.due.includes(host), `${host} was not due at ${read.at}`);
						const before = window[i - 1];
						if (before === undefined) continue;
						assert.ok(read.at - before.at <= 40, 'a gap');
						// Newly due here, and the first time in 5 min that it was.
						const fresh = read.due.filter((other) => {
							const lately = log.filter(({ at }) => at < read.at && read.at - at <= 300);
							return !lately.some((one) => one.due.includes(other));
						});
						assert.deepEqual(fresh, [], `became due at ${read.at}`);
					}
				}
			}
		}),
		{ numRuns: 1000 },
	);
});

test('what restarts is forgotten after 5 min, so that it does not grow for ever', () => {
	fc.assert(
		fc.property(reads, (given) => {
			let view = nothing;
			let uptime = 0;
			for (const { gap, due } of given) {
				uptime += gap;
				view = confirmDue(view, due, nobody, nobody, uptime);
				for (const at of Object.values(view.restarts))
					assert.ok(uptime - at < 300, `${uptime - at} s`);
				assert.deepEqual(Object.keys(view.due).sort(), [...due].sort());
			}
		}),
	);
});
