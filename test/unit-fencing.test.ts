import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { beginAttempt } from '../handlers/lib/decide/attempt.ts';
import {
	beginRound,
	type FencingOn,
	isGivenUp,
	nextFencing,
	type PowerReading,
	recentMs,
} from '../handlers/lib/decide/fencing.ts';
import {
	recordOff,
	recordReading,
	restartFencing,
} from '../handlers/lib/decide/fencing-outcome.ts';
import type { HostFacts } from '../handlers/lib/decide/hosts.ts';
import type { Fencing, Incident } from '../handlers/lib/decide/incident.ts';
import { parseClosedIncident, parseIncident } from '../handlers/lib/schema/incident.ts';
import { fencedOf, fencingOn } from './fixtures/fencing.ts';
import { frozen, notifiedOf, now, timeAt } from './fixtures/world.ts';

const host: HostFacts = {
	host: 'n1',
	name: 'N1',
	vector: { management: 'down', tenant: 'unknown', storage: 'down' },
	verdict: 'recovery',
};
const verify: FencingOn = { ...fencingOn, mode: 'verify' };
const confirmMs = 15_000;
const learnt = (at = now, goesOn = false, round = 1) => ({ round, goesOn, now: at, random: 1 });
const read = (incident: Incident, reading: PowerReading, at = now, settings = fencingOn) =>
	recordReading(frozen(incident), reading, learnt(at), settings, confirmMs);
const [on, off] = [{ kind: 'on' }, { kind: 'off' }] as const;
const error = { kind: 'error', error: 'fence_x exited with 1' } as const;

test('the first round opens the incident, without any attempt, and keeps others out while it runs', () => {
	const opened = beginRound(undefined, host, 'off', fencingOn, 'c2', now, timeAt(-1));
	assert.deepEqual(opened, {
		...{ version: 1, name: 'N1', state: 'fencing', vector: host.vector, opened_at: now },
		generated_times: [],
		attempt: {
			...{ number: 0, controller: 'c2', generated_time: timeAt(-1), committed_at: now },
			...{ outcome: 'unsent', look_ups: [] },
		},
		next_try: now,
		fencing: {
			...{ mode: 'off', round: 1, controller: 'c2', offs: 1, off_at: now },
			...{ readings: 0, failures: 0, next_try: now + 22_000 },
		},
	});
	assert.deepEqual(parseIncident(JSON.parse(JSON.stringify(opened)), 'hosts/n1'), opened);
	const closed = { ...opened, closed_at: now, reason: 'returned' };
	assert.deepEqual(parseClosedIncident(closed, 'history/x'), closed);
});

test('the first attempt after a proof has a time of its own, and is number 1', () => {
	const opened = fencedOf('n1', -60, { readings: 3, proven_at: now - 1000 });
	const { attempt, generated_times, fencing, state } = beginAttempt(
		...([frozen(opened), host, 'c2', now, timeAt(0)] as const),
	);
	assert.deepEqual([attempt.number, attempt.outcome, state], [1, undefined, 'notifying']);
	assert.deepEqual([attempt.generated_time, generated_times], [timeAt(0), [timeAt(0)]]);
	assert.deepEqual(fencing, opened.fencing, 'the proof stays on record');
});

const nexts: readonly { name: string; fencing?: Partial<Fencing>; verify?: true; next: string }[] =
	[
		{ name: 'the power goes off first', next: 'off' },
		{ name: 'to verify, it is read first', verify: true, next: 'read' },
		{ name: 'it is read after the power-off', fencing: { offs: 1 }, next: 'read' },
		{ name: 'it is read on after `off`', fencing: { power: 'off', readings: 1 }, next: 'read' },
		{ name: 'the power goes off again where it is on', fencing: { power: 'on' }, next: 'off' },
		{
			name: 'what is on and to be verified is only read again',
			...{ fencing: { power: 'on', offs: 0 }, verify: true, next: 'read' },
		},
		{
			name: 'what was only verified before is powered off once that is configured',
			...{ fencing: { offs: 0, power: 'off' }, next: 'off' },
		},
		{
			name: 'what is proven is not fenced',
			...{ fencing: { read_at: now - recentMs, proven_at: now - 2 * recentMs }, next: 'proven' },
		},
		{
			name: 'a proof that was last read too long ago is read anew',
			...{ fencing: { read_at: now - recentMs - 1, proven_at: now - recentMs - 1 }, next: 'read' },
		},
		{
			name: 'so is one of the far future, which no clock of ours has written',
			...{ fencing: { read_at: 9e15, proven_at: 9e15 }, next: 'read' },
		},
		{ name: 'and one that was never read', fencing: { proven_at: now }, next: 'read' },
	];
for (const { name, fencing, verify: only, next } of nexts) {
	test(name, () => {
		const { fencing: record } = fencedOf('n1', -60, fencing);
		assert.equal(nextFencing(fencing && record, only ? verify : fencingOn, now), next);
	});
}

test('three readings of off in a row are the proof, and one or two are none', () => {
	let incident = fencedOf('n1', -60, { offs: 1, error: 'old', failures: 2 });
	for (const [i, expected] of [undefined, undefined, now + 4000].entries()) {
		incident = read(incident, off, now + i * 2000);
		assert.equal(incident.fencing?.readings, i + 1);
		assert.equal(incident.fencing?.proven_at, expected);
	}
	assert.deepEqual([incident.fencing?.failures, incident.fencing?.error], [0, undefined]);
});

test('readings that are not consecutive start again: on, an error, or a minute between them', () => {
	const twice = fencedOf('n1', -60, { offs: 1, readings: 2, read_at: now - 2000, power: 'off' });
	assert.equal(read(twice, on).fencing?.readings, 0);
	assert.equal(read(twice, error).fencing?.readings, 0);
	const late = read(twice, off, now - 2000 + recentMs + 1).fencing;
	assert.deepEqual([late?.readings, late?.proven_at], [1, undefined]);
});

test('a proof that has aged takes all its readings again', () => {
	const old = now - recentMs - 1;
	const was = { offs: 1, readings: 3, power: 'off', read_at: old, proven_at: old } as const;
	let incident = beginRound(
		fencedOf('n1', -60, was),
		host,
		'read',
		fencingOn,
		'c1',
		now,
		timeAt(0),
	);
	assert.deepEqual([incident.fencing?.readings, incident.fencing?.proven_at], [0, undefined]);
	for (const expected of [undefined, undefined, now + 4000]) {
		const readings = incident.fencing?.readings ?? 0;
		incident = recordReading(incident, off, learnt(now + readings * 2000, true, 2), fencingOn, 0);
		assert.equal(incident.fencing?.proven_at, expected);
	}
	const later = recordReading(fencedOf('n1', -60, was), off, learnt(), fencingOn, confirmMs);
	assert.deepEqual([later.fencing?.readings, later.fencing?.proven_at], [1, undefined]);
});

test('a host whose BMC says on has no proof, and is due for confirm before its power goes off again', () => {
	const proven = fencedOf('n1', -60, { offs: 1, readings: 3, read_at: now, proven_at: now });
	const { fencing } = read(proven, on);
	assert.equal(fencing?.proven_at, undefined);
	assert.equal(fencing?.error, 'its BMC says on');
	assert.equal(fencing?.next_try, now + confirmMs);
	assert.equal(nextFencing(fencing, fencingOn, now), 'off');
});

test('a BMC that cannot be read before the POST ends the proof as well', () => {
	const proven = fencedOf('n1', -60, { offs: 1, readings: 3, read_at: now, proven_at: now });
	const { fencing } = read(proven, error);
	assert.deepEqual([fencing?.proven_at, fencing?.readings, fencing?.failures], [undefined, 0, 1]);
	assert.equal(nextFencing(fencing, fencingOn, now), 'read');
});

test('failures are tried again after a back-off that doubles up to 5 min', () => {
	const waits = [0, 1, 2, 5, 100].map((failures) => {
		const { fencing } = read(fencedOf('n1', -60, { offs: 1, failures }), error);
		return (fencing?.next_try ?? 0) - now;
	});
	assert.deepEqual(waits, [10_000, 20_000, 40_000, 300_000, 300_000]);
});

test('a power-off that failed may have worked: it is read, not sent again', () => {
	const sent = fencedOf('n1', -60, { offs: 1 });
	const failed = recordOff(frozen(sent), { ok: false, error: 'off: it hung' }, learnt(), fencingOn);
	assert.deepEqual(
		[failed.fencing?.error, failed.fencing?.failures, failed.fencing?.next_try],
		['off: it hung', 1, now + 10_000],
	);
	assert.equal(nextFencing(failed.fencing, fencingOn, now), 'read');
	assert.equal(recordOff(sent, { ok: true }, learnt(now, true), fencingOn).fencing?.offs, 1);
});

test('a new power-off forgets what was read before it', () => {
	const before = fencedOf('n1', -60, { offs: 1, power: 'on', readings: 0, round: 4 });
	const { fencing } = beginRound(before, host, 'off', fencingOn, 'c1', now, timeAt(0));
	assert.deepEqual([fencing?.offs, fencing?.round, fencing?.power], [2, 5, undefined]);
	assert.equal(nextFencing(fencing, fencingOn, now), 'read');
});

test('what is learnt counts only in its own round, and never after Masakari was told', () => {
	const other = fencedOf('n1', -60, { round: 2, offs: 1 });
	assert.equal(read(other, off), other);
	const told = notifiedOf('n1', -60, { fencing: other.fencing ?? assert.fail() });
	assert.equal(recordReading(told, on, learnt(now, false, 2), fencingOn, confirmMs), told);
	assert.equal(restartFencing(told, 'x', now, confirmMs), told);
});

test('a host that a network sees up has no proof any more', () => {
	const proven = fencedOf('n1', -60, { offs: 1, readings: 3, power: 'off', proven_at: now });
	const { fencing } = restartFencing(frozen(proven), 'management sees it up', now, confirmMs);
	assert.deepEqual(
		[fencing?.proven_at, fencing?.readings, fencing?.power, fencing?.next_try],
		[undefined, 0, undefined, now + confirmMs],
	);
});

test('UNKNOWN is told only where configured, after three failures, and never beside a NORMAL', () => {
	const tell: FencingOn = { ...fencingOn, unproven: 'unknown' };
	const failed = (failures: number) => fencedOf('n1', -60, { offs: 1, failures });
	assert.equal(isGivenUp(failed(2), tell), false);
	assert.equal(isGivenUp(failed(3), tell), true);
	assert.equal(isGivenUp(failed(3), fencingOn), false);
	const sent = { ...failed(3), attempt: { ...failed(3).attempt, number: 1 } };
	assert.equal(isGivenUp(sent, tell), false, 'a NORMAL was sent, its end may not be known');
	assert.equal(isGivenUp({ ...sent, host_status: 'UNKNOWN' }, fencingOn), true);
	assert.equal(isGivenUp(undefined, tell), false);
});

test('whatever a BMC says in whatever order, a proof is the last three readings in a row (property)', () => {
	const event = fc.record({
		reading: fc.constantFrom<PowerReading>(on, off, off, off, error),
		waitMs: fc.constantFrom(1000, 2000, 30_000, recentMs, recentMs + 1),
	});
	fc.assert(
		fc.property(fc.array(event, { maxLength: 20 }), (events) => {
			let incident = fencedOf('n1', -60, { offs: 1 });
			let at = now;
			let inRow = 0;
			for (const { reading, waitMs } of events) {
				at += waitMs;
				incident = read(incident, reading, at);
				const recent = inRow > 0 && waitMs <= recentMs;
				inRow = reading.kind === 'off' ? (recent ? inRow + 1 : 1) : 0;
				const proven = incident.fencing?.proven_at !== undefined;
				assert.equal(proven, inRow >= 3, 'three in a row, each recent when the next came');
				parseIncident(JSON.parse(JSON.stringify(incident)), 'hosts/n1');
			}
		}),
	);
});
