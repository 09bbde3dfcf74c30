import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { beginAttempt } from '../handlers/lib/decide/attempt.ts';
import { closeIncident, decideStarted, recordLate } from '../handlers/lib/decide/closing.ts';
import type { HostFacts } from '../handlers/lib/decide/hosts.ts';
import type { ClosedIncident, Incident, Outcome } from '../handlers/lib/decide/incident.ts';
import type { NotificationRow, PostAnswer } from '../handlers/lib/decide/masakari.ts';
import {
	backOffMs,
	decideLearnt,
	findOwn,
	type Learnt,
	recordLearnt,
} from '../handlers/lib/decide/outcome.ts';
import { parseClosedIncident, parseIncident } from '../handlers/lib/schema/incident.ts';
import { frozen, incidentOf, notifiedOf, now, rowOf, timeAt } from './fixtures/world.ts';

const host: HostFacts = {
	host: 'n1',
	name: 'N1',
	vector: { management: 'up', tenant: 'unknown', storage: 'down' },
	verdict: 'recovery',
};

// --- Beginning an attempt

test('the first attempt opens the incident: name, vector and times as they are now', () => {
	assert.deepEqual(beginAttempt(undefined, host, 'c2', now, timeAt(-1)), {
		version: 1,
		name: 'N1',
		state: 'notifying',
		vector: host.vector,
		opened_at: now,
		generated_times: [timeAt(-1)],
		attempt: {
			number: 1,
			controller: 'c2',
			generated_time: timeAt(-1),
			committed_at: now,
			look_ups: [],
		},
		next_try: now + 10_000,
	});
});

const again: readonly { outcome: Outcome | undefined; renewed: boolean }[] = [
	{ outcome: 'refused', renewed: true },
	{ outcome: 'unsent', renewed: false },
	{ outcome: 'ambiguous', renewed: false },
	{ outcome: undefined, renewed: false },
];

for (const { outcome, renewed } of again) {
	test(`after ${outcome ?? 'an unknown end'} the generated time is ${renewed ? 'a new one' : 'the same'} (I2)`, () => {
		const before = incidentOf('n1', -300, {
			attempt: { number: 3, look_ups: [1, 2], error: 'x', ...(outcome && { outcome }) },
		});
		const next = beginAttempt(frozen(before), host, 'c2', now, timeAt(0));
		assert.equal(next.attempt.generated_time, renewed ? timeAt(0) : timeAt(-300));
		assert.deepEqual(next.generated_times, renewed ? [timeAt(-300), timeAt(0)] : [timeAt(-300)]);
		assert.deepEqual(
			[next.attempt.number, next.attempt.look_ups, next.attempt.outcome, next.attempt.error],
			[4, [], undefined, undefined],
		);
		// The incident is still the same one.
		assert.deepEqual(
			[next.opened_at, next.name, next.vector],
			[before.opened_at, 'n1', before.vector],
		);
	});
}

test('back-off doubles from 10 s to 5 min, and is spread over its upper half', () => {
	const full = [1, 2, 3, 4, 5, 6, 7, 1000].map((attempt) => backOffMs(attempt, 1));
	assert.deepEqual(full, [10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
	assert.deepEqual([backOffMs(1, 0), backOffMs(6, 0)], [5000, 150_000]);
});

// --- What an answer comes to

const open = incidentOf('n1', -5);
const own = rowOf('n1', -5);
const foreign: readonly NotificationRow[] = [
	rowOf('n1', -6),
	rowOf('n1', -5, { host_status: 'UNKNOWN' }),
	rowOf('n1', -5, { event: 'STARTED' }),
];
const refused = (changes: Partial<Extract<PostAnswer, { kind: 'refused' }>>): PostAnswer => ({
	kind: 'refused',
	error: '400',
	scope: 'everywhere',
	rarely: false,
	...changes,
});
const conflict = (because: 'duplicate' | 'maintenance'): PostAnswer => ({
	kind: 'conflict',
	because,
	error: '409',
});
const found = { kind: 'accepted', uuid: own.uuid, status: 'new' } as const;

const learnings: readonly {
	name: string;
	answer: PostAnswer;
	rows: readonly NotificationRow[] | null;
	expected: Learnt;
}[] = [
	{
		name: '202 is accepted',
		answer: { kind: 'accepted', uuid: 'u', status: 'new' },
		rows: null,
		expected: { kind: 'accepted', uuid: 'u', status: 'new' },
	},
	{
		name: 'an ambiguous end stays so (I2)',
		answer: { kind: 'ambiguous', error: 'reset' },
		rows: [own],
		expected: { kind: 'ambiguous', error: 'reset', waitMs: 10_000 },
	},
	{
		name: 'nothing written may be tried at once, by another',
		answer: { kind: 'unsent', error: 'ECONNREFUSED' },
		rows: null,
		expected: { kind: 'unsent', error: 'ECONNREFUSED', waitMs: 0 },
	},
	{
		name: 'a duplicate whose row is ours is accepted (I2)',
		answer: conflict('duplicate'),
		rows: [...foreign, own],
		expected: found,
	},
	{
		name: 'maintenance that our own row has set is accepted (I2)',
		answer: conflict('maintenance'),
		rows: [own],
		expected: found,
	},
	{
		name: "a duplicate of somebody else's is refused",
		answer: conflict('duplicate'),
		rows: foreign,
		expected: { kind: 'refused', error: '409', waitMs: 10_000 },
	},
	{
		name: 'maintenance that somebody else has set is refused',
		answer: conflict('maintenance'),
		rows: [],
		expected: { kind: 'refused', error: '409', waitMs: 10_000 },
	},
	{
		name: 'a conflict without a look-up is ambiguous (I2)',
		answer: conflict('duplicate'),
		rows: null,
		expected: { kind: 'ambiguous', error: '409', waitMs: 10_000 },
	},
	{
		name: 'a refusal whose look-up finds our row is accepted (I2)',
		answer: refused({}),
		rows: [own],
		expected: found,
	},
	{
		name: 'a busy Masakari is asked again after the back-off',
		answer: refused({ error: '503' }),
		rows: [],
		expected: { kind: 'refused', error: '503', waitMs: 10_000 },
	},
	{
		name: 'and after what it asks for, if that is longer',
		answer: refused({ error: '429', retryAfterMs: 60_000 }),
		rows: [],
		expected: { kind: 'refused', error: '429', waitMs: 60_000 },
	},
	{
		name: 'not before the back-off, if that is longer',
		answer: refused({ error: '429', retryAfterMs: 1000 }),
		rows: [],
		expected: { kind: 'refused', error: '429', waitMs: 10_000 },
	},
	{
		name: 'what will not heal by itself is tried again rarely',
		answer: refused({ rarely: true }),
		rows: [],
		expected: { kind: 'refused', error: '400', waitMs: 300_000 },
	},
	{
		name: "what is this controller's own fault does not keep another waiting",
		answer: refused({ error: '403', scope: 'controller', rarely: true }),
		rows: [],
		expected: { kind: 'refused', error: '403', waitMs: 0 },
	},
];

for (const { name, answer, rows, expected } of learnings) {
	test(name, () => {
		assert.deepEqual(decideLearnt(answer, rows, open, 1), expected);
	});
}

test('our own row is one of our payload and of any of our times', () => {
	const times = { generated_times: [timeAt(-90), timeAt(-5)] };
	assert.deepEqual(findOwn([...foreign, own], times), own);
	assert.deepEqual(findOwn([rowOf('n1', -90)], times)?.uuid, 'row-n1-90');
	assert.equal(findOwn(foreign, times), undefined);
});

// --- Recording it

const records: readonly {
	name: string;
	incident: Incident;
	number?: number;
	learnt: Learnt;
	expected: Partial<Incident> | 'unchanged';
}[] = [
	{
		name: 'acceptance ends the attempt and clears its error',
		incident: incidentOf('n1', -5, { attempt: { outcome: 'ambiguous', error: '500' } }),
		learnt: found,
		expected: {
			state: 'notified',
			notified_at: now,
			uuid: own.uuid,
			masakari_status: 'new',
			attempt: { ...open.attempt, outcome: 'accepted' },
		},
	},
	{
		name: 'acceptance of an earlier attempt counts as well (I2)',
		incident: open,
		number: 7,
		learnt: found,
		expected: {
			state: 'notified',
			notified_at: now,
			uuid: own.uuid,
			masakari_status: 'new',
			attempt: { ...open.attempt, outcome: 'accepted' },
		},
	},
	{
		name: 'nothing changes what is notified (I2)',
		incident: notifiedOf('n1', -5),
		learnt: { kind: 'refused', error: '400', waitMs: 9 },
		expected: 'unchanged',
	},
	{
		name: 'a second acceptance does not change the first (I2)',
		incident: notifiedOf('n1', -5),
		learnt: { ...found, uuid: 'another' },
		expected: 'unchanged',
	},
	{
		name: 'a refusal is noted with when to try again',
		incident: open,
		learnt: { kind: 'refused', error: '400', waitMs: 20_000 },
		expected: {
			next_try: now + 20_000,
			attempt: { ...open.attempt, outcome: 'refused', error: '400' },
		},
	},
	{
		name: 'a request that was never written is noted so',
		incident: open,
		learnt: { kind: 'unsent', error: 'TLS', waitMs: 0 },
		expected: { next_try: now, attempt: { ...open.attempt, outcome: 'unsent', error: 'TLS' } },
	},
	{
		name: 'an ambiguous end is noted, and waits for its back-off',
		incident: open,
		learnt: { kind: 'ambiguous', error: '500', waitMs: 160_000 },
		expected: {
			next_try: now + 160_000,
			attempt: { ...open.attempt, outcome: 'ambiguous', error: '500' },
		},
	},
	{
		name: 'an ambiguous end does not shorten what the attempt waits for',
		incident: open,
		learnt: { kind: 'ambiguous', error: '500', waitMs: 0 },
		expected: { attempt: { ...open.attempt, outcome: 'ambiguous', error: '500' } },
	},
	{
		name: "what an earlier attempt's end was does not matter any more",
		incident: open,
		number: 7,
		learnt: { kind: 'refused', error: '400', waitMs: 9 },
		expected: 'unchanged',
	},
	{
		name: "an earlier attempt's empty look-up does not count for this one (I2)",
		incident: open,
		number: 7,
		learnt: { kind: 'nothing-there', lookedAt: now },
		expected: 'unchanged',
	},
];

for (const { name, incident, number = 1, learnt, expected } of records) {
	test(name, () => {
		const after = recordLearnt(frozen(incident), number, learnt, now);
		if (expected === 'unchanged') assert.equal(after, incident);
		else assert.deepEqual(after, { ...incident, ...expected });
	});
}

test('an empty look-up that was due is noted with the time at which it began', () => {
	const waited = incidentOf('n1', -30, { attempt: { outcome: 'ambiguous' } });
	const once = recordLearnt(waited, 1, { kind: 'nothing-there', lookedAt: now }, now + 9);
	assert.deepEqual(once.attempt.look_ups, [now]);
	const twice = recordLearnt(once, 1, { kind: 'nothing-there', lookedAt: now + 30_000 }, now);
	assert.deepEqual(twice.attempt.look_ups, [now, now + 30_000]);
});

test('two controllers that look at the same moment prove no more than one (I2)', () => {
	const waited = incidentOf('n1', -30, { attempt: { outcome: 'ambiguous' } });
	const once = recordLearnt(waited, 1, { kind: 'nothing-there', lookedAt: now }, now);
	assert.equal(recordLearnt(once, 1, { kind: 'nothing-there', lookedAt: now + 5 }, now), once);
	const early = recordLearnt(waited, 1, { kind: 'nothing-there', lookedAt: now - 1 }, now);
	assert.equal(early, waited);
});

const learnt = fc.oneof(
	fc.constantFrom<Learnt>(
		found,
		{ kind: 'nothing-there', lookedAt: now },
		{ kind: 'ambiguous', error: 'x', waitMs: 9 },
	),
	fc.record({
		kind: fc.constantFrom('refused', 'unsent'),
		error: fc.string(),
		waitMs: fc.nat(600_000),
	}),
);

test('whatever is learnt in whatever order, an accepted incident stays one and parses (I2)', () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(learnt, fc.integer({ min: 1, max: 3 }), fc.boolean())), (all) => {
			let incident = beginAttempt(undefined, host, 'c1', now, timeAt(0));
			let at = now;
			let accepted = false;
			for (const [what, number, begin] of all) {
				at += 5000;
				incident = recordLearnt(incident, number, what, at);
				accepted ||= what.kind === 'accepted';
				assert.equal(incident.state === 'notified', accepted);
				if (begin && !accepted) incident = beginAttempt(incident, host, 'c2', at, timeAt(5));
				const times = incident.generated_times;
				assert.ok(times.includes(incident.attempt.generated_time), incident.attempt.generated_time);
				assert.equal(new Set(times).size, times.length);
				assert.deepEqual(parseIncident(JSON.parse(JSON.stringify(incident)), 'hosts/n1'), incident);
			}
		}),
	);
});

// --- Closing

const notified = notifiedOf('n1', -600);
const closes: readonly {
	name: string;
	incident: Incident;
	reason: ClosedIncident['reason'];
	started: boolean;
}[] = [
	{
		name: 'a notified host that returned is to be STARTED',
		incident: notified,
		reason: 'returned',
		started: true,
	},
	{
		name: 'one that goes on without a network is not',
		incident: { ...notified, without: { storage: { who: 'ann', why: 'no card', at: now } } },
		reason: 'returned',
		started: false,
	},
	{ name: 'one that left is not', incident: notified, reason: 'left', started: false },
	{
		name: 'one that was forgotten is not',
		incident: notified,
		reason: 'forgotten',
		started: false,
	},
	{
		name: 'one that was never notified is not',
		incident: open,
		reason: 'returned',
		started: false,
	},
];

for (const { name, incident, reason, started } of closes) {
	test(`${name}, and its record keeps everything`, () => {
		const closed = closeIncident(incident, reason, now, timeAt(0));
		const tell = { state: 'pending' as const, generated_time: timeAt(0), tries: 0 };
		const expected = { ...incident, closed_at: now, reason, ...(started && { started: tell }) };
		assert.deepEqual(closed, expected);
		assert.deepEqual(parseClosedIncident(JSON.parse(JSON.stringify(closed)), 'history/x'), closed);
	});
}

test('an acceptance that is learnt after the end is recorded in the history (I2)', () => {
	const closed = closeIncident(open, 'returned', now, timeAt(0));
	const late = recordLate(closed, 1, found, now + 9000);
	assert.deepEqual([late.state, late.uuid, late.closed_at], ['notified', own.uuid, now]);
	const tell = { state: 'pending', generated_time: timeAt(9), tries: 0 };
	assert.deepEqual(late.started, tell, 'Masakari is still to be told that the host is back');
	const told = { ...late, started: { ...tell, state: 'accepted' as const } };
	assert.equal(recordLate(told, 1, found, now + 9999), told, 'once');
	const left = recordLate(closeIncident(open, 'left', now, timeAt(0)), 1, found, now + 9000);
	assert.deepEqual([left.state, left.started], ['notified', undefined], 'who left is not back');
});

const answers: readonly {
	name: string;
	answer: PostAnswer;
	state: 'pending' | 'accepted' | 'refused';
}[] = [
	{ name: '202', answer: { kind: 'accepted', uuid: 'u', status: 'new' }, state: 'accepted' },
	{ name: 'a duplicate, our own earlier try,', answer: conflict('duplicate'), state: 'accepted' },
	{
		name: 'maintenance, which Masakari never clears,',
		answer: conflict('maintenance'),
		state: 'refused',
	},
	{ name: '400', answer: refused({ rarely: true }), state: 'refused' },
	{ name: '503', answer: refused({}), state: 'pending' },
	{ name: 'a connection refused', answer: { kind: 'unsent', error: 'x' }, state: 'pending' },
	{ name: 'a reset', answer: { kind: 'ambiguous', error: 'x' }, state: 'pending' },
];

for (const { name, answer, state } of answers) {
	test(`STARTED is ${state} after ${name}`, () => {
		const closed = closeIncident(notified, 'returned', now, timeAt(0));
		const { started } = decideStarted(closed, answer);
		assert.equal(started?.state, state);
		assert.equal(
			started?.error,
			state === 'accepted' || !('error' in answer) ? undefined : answer.error,
		);
	});
}

test('STARTED of a record that has none changes nothing', () => {
	const closed = closeIncident(notified, 'forgotten', now, timeAt(0));
	assert.equal(decideStarted(closed, { kind: 'accepted', uuid: 'u', status: 'new' }), closed);
});
