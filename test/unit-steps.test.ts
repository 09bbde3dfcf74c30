import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClosedIncident, Incident } from '../handlers/lib/decide/incident.ts';
import { plan } from '../handlers/lib/decide/plan.ts';
import { isUnresolved, nextAttempt, nextLookUp, type Step } from '../handlers/lib/decide/steps.ts';
import type { Sighting } from '../handlers/lib/decide/view.ts';
import {
	type Given,
	incidentOf,
	later,
	masakariOf,
	notifiedOf,
	now,
	quiet,
	readsOf,
	rowOf,
	timeAt,
	viewed,
	withIncident,
	worldOf,
} from './fixtures/world.ts';

const [down, up] = ['up/up/down', 'up/up/up'];
const names = [...Object.keys(quiet), 'n1'];
const word = { who: 'ann', why: 'gone for good', at: now - 5000 };

/** A world with one incident, of `n1`. */
const open = (incident: Incident, healths = down, given: Given = {}) =>
	withIncident(worldOf({ hosts: { ...quiet, n1: healths }, ...given }), 'n1', incident);

/** What is to be done for `n1`, without begin steps. */
const stepsOf = (world: ReturnType<typeof open>): readonly Step[] =>
	plan(world).steps.filter(({ kind }) => kind !== 'begin');

const ambiguous = (ago: number, ...looks: number[]) =>
	incidentOf('n1', -ago, {
		attempt: { outcome: 'ambiguous', look_ups: looks.map((seconds) => now - seconds * 1000) },
	});
const row = rowOf('n1', -25);

const followUps: readonly {
	name: string;
	world: ReturnType<typeof open>;
	expected: Step | null;
}[] = [
	{
		name: 'an attempt whose end nobody knows is looked up 20 s and the slack after its commit',
		world: open(incidentOf('n1', -30)),
		expected: { kind: 'look-up', host: 'n1' },
	},
	{
		name: 'and not a second earlier: the request may still be on its way (I2)',
		world: open(incidentOf('n1', -29)),
		expected: null,
	},
	{
		name: 'an ambiguous one is looked up at the same time',
		world: open(ambiguous(30)),
		expected: { kind: 'look-up', host: 'n1' },
	},
	{
		name: 'a second time not before 20 s and the slack after the first (I2)',
		world: open(ambiguous(60, 29)),
		expected: null,
	},
	{
		name: 'and then it is',
		world: open(ambiguous(60, 30)),
		expected: { kind: 'look-up', host: 'n1' },
	},
	{ name: 'a third time never', world: open(ambiguous(600, 500, 400)), expected: null },
	{
		name: 'a refused attempt is not looked up again',
		world: open(incidentOf('n1', -600, { attempt: { outcome: 'refused' } })),
		expected: null,
	},
	{
		name: 'a request that was never written is not looked up',
		world: open(incidentOf('n1', -600, { attempt: { outcome: 'unsent' } })),
		expected: null,
	},
	{
		name: 'our own row in Masakari is adopted, before any look-up is due (I2)',
		world: open(incidentOf('n1', -25), down, { masakari: masakariOf(names, [row]) }),
		expected: { kind: 'adopt', host: 'n1', row },
	},
	{
		name: 'a row of any of its generated times is adopted, also after a refusal (I2)',
		world: open(
			incidentOf('n1', -5, {
				generated_times: [timeAt(-25), timeAt(-5)],
				attempt: { outcome: 'refused' },
			}),
			down,
			{ masakari: masakariOf(names, [row]) },
		),
		expected: { kind: 'adopt', host: 'n1', row },
	},
	{
		name: "another host's row of the same second is not ours (I2)",
		world: open(incidentOf('n1', -25), down, {
			masakari: masakariOf(names, [rowOf('w001', -25)]),
		}),
		expected: null,
	},
	{
		name: 'a row with another payload is not ours',
		world: open(incidentOf('n1', -25), down, {
			masakari: masakariOf(names, [rowOf('n1', -25, { host_status: 'UNKNOWN' })]),
		}),
		expected: null,
	},
	{
		name: 'a STARTED of the same second is not ours',
		world: open(incidentOf('n1', -25), down, {
			masakari: masakariOf(names, [rowOf('n1', -25, { event: 'STARTED' })]),
		}),
		expected: null,
	},
	...(['new', 'running', 'error'] as const).map((masakari_status) => ({
		name: `a notification that is ${masakari_status} is followed, without Masakari's list`,
		world: open(notifiedOf('n1', -60, { masakari_status }), down, { masakari: null }),
		expected: { kind: 'follow', host: 'n1', uuid: 'row-n1-60' } as const,
	})),
	...(['finished', 'failed', 'ignored'] as const).map((masakari_status) => ({
		name: `a notification that is ${masakari_status} is not followed any more`,
		world: open(notifiedOf('n1', -60, { masakari_status })),
		expected: null,
	})),
];

for (const { name, world, expected } of followUps) {
	test(name, () => {
		assert.deepEqual(stepsOf(world), expected ? [expected] : []);
	});
}

test('an incident that is notified, refused or unsent is resolved; open and ambiguous are not', () => {
	assert.equal(isUnresolved(incidentOf('n1', 0)), true);
	assert.equal(isUnresolved(ambiguous(0)), true);
	for (const outcome of ['refused', 'unsent', 'accepted'] as const) {
		assert.equal(isUnresolved(incidentOf('n1', 0, { attempt: { outcome } })), false);
	}
	assert.equal(isUnresolved(notifiedOf('n1', 0)), false);
});

test('the next attempt waits for its time, for two empty look-ups, or for ever', () => {
	assert.equal(nextAttempt(undefined), 0);
	assert.equal(nextAttempt(notifiedOf('n1', 0)), null);
	assert.equal(nextAttempt(incidentOf('n1', 0)), null);
	assert.equal(nextAttempt(ambiguous(60, 30)), null);
	assert.equal(nextAttempt(ambiguous(90, 60, 30)), now - 80_000);
	assert.equal(nextAttempt(incidentOf('n1', 0, { attempt: { outcome: 'unsent' } })), now + 10_000);
	assert.equal(nextLookUp(ambiguous(90, 60, 30)), null);
});

// --- Closing

const sighting = (seconds: number): Sighting => ({ first_seen: 5000 - seconds, last_seen: 4990 });

/** The same, `n1` having been back for so many seconds of this controller's reads. */
const back = (incident: Incident, seconds: number, healths = up, given: Given = {}) =>
	viewed(open(incident, healths, given), { returning: { n1: sighting(seconds) } });

const notified = notifiedOf('n1', -600, { masakari_status: 'finished' });
const closings: readonly {
	name: string;
	world: ReturnType<typeof open>;
	expected: ClosedIncident['reason'] | null;
}[] = [
	{ name: 'a host that has been back for 15 s', world: back(notified, 15), expected: 'returned' },
	{ name: 'a host that is back for 14 s', world: back(notified, 14), expected: null },
	{ name: 'a host that is back in this read alone', world: open(notified, up), expected: null },
	{
		name: 'a host that is back, with a gap of more than 40 s in our reads',
		world: viewed(open(notified, up), {
			returning: { n1: { first_seen: 4000, last_seen: 4959 } },
		}),
		expected: null,
	},
	{
		name: 'a host of which another network is down now',
		world: back(notified, 60, 'down/up/up'),
		expected: null,
	},
	...(['refused', 'unsent'] as const).map((outcome) => ({
		name: `a host whose notification was ${outcome}`,
		world: back(incidentOf('n1', -60, { attempt: { outcome } }), 15),
		expected: 'returned' as const,
	})),
	{
		name: 'a host of whose notification nobody knows the end (I2)',
		world: back(incidentOf('n1', -60), 15),
		expected: null,
	},
	{
		name: 'a host whose ambiguous notification one look-up did not find (I2)',
		world: back(ambiguous(60, 30), 15),
		expected: null,
	},
	{
		name: 'a host whose ambiguous notification two look-ups did not find',
		world: back(ambiguous(90, 60, 30), 15),
		expected: 'returned',
	},
	{
		name: 'a host of whose refused notification Masakari has a row after all (I2)',
		world: back(incidentOf('n1', -60, { attempt: { outcome: 'refused' } }), 15, up, {
			masakari: masakariOf(names, [rowOf('n1', -60)]),
		}),
		expected: null,
	},
	{
		name: 'a host that an operator forgot, and of whose notification nobody knows the end,',
		world: open({ ...incidentOf('n1', -60), forgotten: word }, 'absent/absent/absent'),
		expected: 'forgotten',
	},
	{
		name: 'a host whose storage is unknown',
		world: back(notified, 60, 'up/up/unknown'),
		expected: null,
	},
	{
		name: 'a host that vanished from storage',
		world: back(notified, 60, 'up/up/absent'),
		expected: null,
	},
	{
		name: 'a host that vanished from storage, and goes on without it, as an operator said,',
		world: back({ ...notified, without: { storage: word } }, 60, 'up/up/absent'),
		expected: 'returned',
	},
	{
		name: 'a host that goes on without storage, and is down there,',
		world: back({ ...notified, without: { storage: word } }, 60, 'up/up/down'),
		expected: null,
	},
	{
		name: 'a host that vanished from everywhere',
		world: back(notified, 60, 'absent/absent/absent'),
		expected: null,
	},
	{
		name: 'a host whose storage we cannot read',
		world: back(notified, 60, up, { unreadable: ['storage'] }),
		expected: null,
	},
	{
		name: 'a host that had no agent on storage, which we cannot read now',
		world: back(
			notifiedOf('n1', -600, { vector: { management: 'down', tenant: 'up', storage: 'unknown' } }),
			60,
			up,
			{ unreadable: ['storage'] },
		),
		expected: null,
	},
	{
		name: 'a host that left the network it was down on',
		world: back(notified, 15, 'up/up/left'),
		expected: 'left',
	},
	{
		name: 'a host that left everywhere',
		world: back(notified, 15, 'left/left/left'),
		expected: 'left',
	},
	{
		name: 'a host of which two networks were down, and one is back',
		world: back(
			notifiedOf('n1', -600, { vector: { management: 'down', tenant: 'up', storage: 'down' } }),
			60,
			'unknown/up/up',
		),
		expected: null,
	},
	{
		name: 'a host that an operator forgot, gone from every network that we read',
		world: open({ ...notified, forgotten: word }, 'absent/absent/absent'),
		expected: 'forgotten',
	},
	{
		name: 'a host that an operator forgot and that is still down',
		world: open({ ...notified, forgotten: word }, 'absent/absent/down'),
		expected: null,
	},
	{
		name: 'a host that an operator forgot, while a network cannot be read',
		world: open({ ...notified, forgotten: word }, 'absent/absent/absent', {
			unreadable: ['tenant'],
		}),
		expected: null,
	},
	{
		name: 'a host whose failed recovery an operator acknowledged',
		world: open({ ...notified, masakari_status: 'failed', acknowledged: word }),
		expected: null,
	},
];

for (const { name, world, expected } of closings) {
	test(`${expected ? `closes, ${expected},` : 'does not close'} ${name}`, () => {
		const closes = stepsOf(world).filter(({ kind }) => kind === 'close');
		const step = { kind: 'close', host: 'n1', reason: expected };
		assert.deepEqual(closes, expected ? [step] : []);
	});
}

test('what is to be closed is not followed any more; what may have been taken is looked up first', () => {
	const running = notifiedOf('n1', -600, { masakari_status: 'running' });
	assert.deepEqual(stepsOf(back(running, 15)), [{ kind: 'close', host: 'n1', reason: 'returned' }]);
	assert.deepEqual(stepsOf(back(incidentOf('n1', -60), 15)), [{ kind: 'look-up', host: 'n1' }]);
});

test('a host comes back read by read, and once down again all over', () => {
	const healthy = { reads: readsOf({ ...quiet, n1: up }) };
	const dead = { reads: readsOf({ ...quiet, n1: down }) };
	const first = open(notified, up);
	assert.deepEqual(plan(first).view.returning, { n1: { first_seen: 5000, last_seen: 5000 } });
	assert.equal(stepsOf(later(first, 15)).length, 1);
	const relapsed = later(later(first, 10), 2, dead);
	assert.deepEqual(plan(relapsed).view.returning, {});
	assert.deepEqual(stepsOf(later(relapsed, 10, healthy)), []);
});

// --- STARTED

const started = (
	ago: number,
	tries: number,
	state: 'pending' | 'accepted' | 'refused' = 'pending',
) => ({
	...notified,
	closed_at: now - ago * 1000,
	reason: 'returned' as const,
	started: { state, generated_time: timeAt(-ago), tries },
});

const starts: readonly { name: string; closed: ClosedIncident; expected: boolean }[] = [
	{ name: 'is sent for a host that came back', closed: started(0, 0), expected: true },
	{ name: 'is sent three times at most', closed: started(60, 2), expected: true },
	{ name: 'is not sent a fourth time', closed: started(60, 3), expected: false },
	{ name: 'is not sent after ten minutes', closed: started(600, 0), expected: false },
	{ name: 'is not sent once it was accepted', closed: started(60, 1, 'accepted'), expected: false },
	{ name: 'is not sent once it was refused', closed: started(60, 1, 'refused'), expected: false },
	{
		name: 'is not sent where there is nothing to start',
		closed: { ...notified, closed_at: now, reason: 'forgotten' },
		expected: false,
	},
];

for (const { name, masakari } of [
	{ name: 'a controller whose clock is wrong', masakari: { ...masakariOf([]), offsetMs: 7000 } },
	{ name: 'one that has not asked Masakari', masakari: null },
	{ name: 'one that Masakari does not answer', masakari: { ok: false as const, error: 'x' } },
]) {
	test(`STARTED is left to another controller by ${name}`, () => {
		const history = { 'x-n1': started(0, 0) };
		assert.deepEqual(plan(worldOf({ kept: { history }, masakari })).steps, []);
	});
}

for (const { name, closed, expected } of starts) {
	test(`STARTED ${name}`, () => {
		const { steps } = plan(worldOf({ kept: { history: { 'x-n1': closed } } }));
		assert.deepEqual(steps, expected ? [{ kind: 'start', key: 'x-n1' }] : []);
	});
}
