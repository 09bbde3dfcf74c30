/** The controller that acts is cut off while its requests are at Masakari: three hosts, three steps. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Incident } from '../handlers/lib/decide/incident.ts';
import type { Call } from '../scripts/lib/masakari-calls.ts';
import { heldBy, operate } from './fixtures/held.ts';
import { type InstalledCloud, patienceMs, startInstalled } from './fixtures/installed-cloud.ts';
import { assertOne, bodyOf, notified, posted } from './fixtures/notified.ts';
import { cutPower, processesOf, signalProcesses } from './fixtures/power-cut.ts';

const hosts = ['compute-1', 'compute-2', 'compute-3'];
let cloud: InstalledCloud;
/** Which host's request was where when its sender died. */
let unread: string;
let unanswered: string;
let answered: string;
/** The controller that died. */
let dead: string;

const hostIn = ([call]: readonly Call[]): string =>
	(call && bodyOf(call)?.hostname) ?? assert.fail('no POST was read here');

before(async () => {
	const storm = { max_hosts: 100, max_fraction: 1 };
	cloud = await startInstalled({ computes: 3 }, { storm });
	const { masakari } = cloud;
	const never = masakari.fault({ at: 'arrival', act: 'hang' });
	const made = masakari.fault({ at: 'after', act: 'hang' });
	const told = masakari.fault({ at: 'after', act: 'hang' });
	// What the end of a pause sets free confirms together, so that one run commits all three.
	await operate(cloud, 'pause', '--reason', 'three hosts at once');
	await Promise.all(hosts.map((host) => cloud.host(host).kill()));
	for (const host of hosts) await cloud.until(`${host} held`, heldBy(host, 'paused'));
	await operate(cloud, 'resume');
	const faults = [never, made, told];
	await masakari.waitFor(() => faults.every(({ met }) => met.length === 1), patienceMs);
	unanswered = hostIn(made.met);
	answered = hostIn(told.met);
	unread = hosts.find((host) => host !== unanswered && host !== answered) ?? '';

	const incident = await cloud.until('committed', ({ incidents }) => incidents[unread]?.value);
	dead = incident.attempt.controller;
	const sender = cloud.host(dead);
	assert.ok(processesOf(sender).length > 0);
	signalProcesses(sender, 'SIGSTOP');
	told.release();
	await masakari.waitFor(() => told.met[0]?.status === 202, patienceMs);
	await cutPower(sender);
	assert.deepEqual(processesOf(sender), []);
});
after(() => cloud?.close());

/** What the survivors made of it. */
async function assertRecorded(host: string, attempts: number): Promise<Incident> {
	const incident = await cloud.until(`${host} notified`, notified(host, 'finished'));
	assertOne(cloud.masakari, host, incident);
	assert.equal(incident.attempt.number, attempts);
	assert.equal(incident.attempt.outcome, 'accepted');
	const sent = posted(cloud.masakari).filter(({ notification }) => notification.hostname === host);
	assert.equal(sent.length, 1, 'one request was ever read');
	assert.deepEqual(incident.generated_times, [sent[0]?.notification.generated_time]);
	return incident;
}

test('killed after the row was made and before the answer, it is adopted (I2, I3)', async () => {
	assert.equal((await assertRecorded(unanswered, 1)).attempt.controller, dead);
});

test('killed after the answer and before recording it, it is adopted (I2, I3)', async () => {
	assert.equal((await assertRecorded(answered, 1)).attempt.controller, dead);
});

test('killed after the commit and before its request was read, a survivor sends it after two empty look-ups (I2, I3)', async () => {
	const { attempt } = await assertRecorded(unread, 2);
	assert.notEqual(attempt.controller, dead);
});
