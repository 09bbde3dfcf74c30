/** Masakari, or a proxy before it, answers what it should not, to one host each; then it is well again. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Incident } from '../handlers/lib/decide/incident.ts';
import type { Fault } from '../scripts/lib/masakari-faults.ts';
import { misbehaviours } from './fixtures/answers.ts';
import { type InstalledCloud, startInstalled } from './fixtures/installed-cloud.ts';
import { about, assertOne, notified, postsOf, rowsOf } from './fixtures/notified.ts';

const cases = misbehaviours.map((one, i) => ({ ...one, host: `compute-${i + 1}` }));
/** A refusal that will not heal by itself is tried again every five minutes: not in a test. */
const rare = cases.filter(({ waitMs }) => waitMs >= 300_000);
const soon = cases.filter((one) => !rare.includes(one));
const faults: Fault[] = [];
let cloud: InstalledCloud;
/** Every host's incident after its first attempt. */
const first = new Map<string, Incident>();

before(async () => {
	const storm = { max_hosts: 100, max_fraction: 1 };
	// One controller: nobody else tries meanwhile, and ten hosts' agents weigh enough.
	cloud = await startInstalled({ controllers: 1, computes: cases.length }, { storm });
	for (const { host, act, at = 'before' } of cases) {
		const when = about(host);
		faults.push(cloud.masakari.fault({ at, act, when, times: Number.POSITIVE_INFINITY }));
	}
	await Promise.all(cases.map(({ host }) => cloud.host(host).kill()));
	await cloud.until('first attempts', ({ incidents }) => {
		for (const { host } of cases) {
			const incident = incidents[host]?.value;
			if (incident?.attempt.outcome && !first.has(host)) first.set(host, incident);
		}
		return first.size === cases.length;
	});
});
after(() => cloud?.close());

for (const { what, host, outcome, error, waitMs } of cases) {
	test(`${what} is recorded with its attempt, and when the next may begin`, () => {
		const { attempt, state, next_try } = first.get(host) ?? assert.fail('no incident');
		assert.deepEqual([state, attempt.outcome], ['notifying', outcome]);
		assert.match(attempt.error ?? '', error);
		// An ambiguous one waits for its look-ups, whatever it says.
		if (outcome === 'refused') assert.ok(next_try - attempt.committed_at >= waitMs);
	});
}

test('the check says each of them while it lasts', async () => {
	const rarely = rare.map(
		({ host, error }) =>
			new RegExp(`^critical: ${host}: not notified yet, .*: ${error.source.slice(1)}`, 'm'),
	);
	for (const controller of cloud.controllers) {
		assert.equal((await cloud.says(controller, ...rarely)).Status, 'critical');
	}
});

test('Masakari well again, each that may be sent is accepted once (I2)', async () => {
	assert.deepEqual(cloud.masakari.notifications, [], 'nothing was made of any of them');
	for (const fault of faults) fault.clear();
	for (const { host } of soon) {
		assertOne(
			cloud.masakari,
			host,
			await cloud.until(`${host} finished`, notified(host, 'finished')),
		);
	}
	assert.equal(cloud.masakari.notifications.length, soon.length);
});

for (const { what, host, outcome, waitMs } of soon) {
	test(`after ${what}, no attempt began too early`, async () => {
		const sent = postsOf(cloud.masakari, host);
		assert.ok(sent.length >= 2);
		const times = sent.map(({ generated_time }) => generated_time);
		// A new time after a definite refusal only: the old row may still turn up under the old one.
		assert.equal(new Set(times).size, outcome === 'refused' ? times.length : 1);
		for (const [i, { at }] of sent.slice(1).entries()) {
			assert.ok(at - (sent[i]?.at ?? 0) >= waitMs - 1000);
		}
	});
}

test('what Masakari will not take is not sent again meanwhile', () => {
	for (const { host } of rare) {
		assert.equal(postsOf(cloud.masakari, host).length, 1);
		assert.deepEqual(rowsOf(cloud.masakari, host), []);
	}
});
