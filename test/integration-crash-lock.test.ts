/**
 * What a controller runs is killed while it holds the lock: before it has committed to anything, between
 * an incident's POST and another's close, and between a close and the answer to its STARTED.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClosedIncident } from '../handlers/lib/decide/incident.ts';
import type { Stored } from '../handlers/lib/decide/stored.ts';
import type { Fault } from '../scripts/lib/masakari-faults.ts';
import { type InstalledCloud, patienceMs, startInstalled } from './fixtures/installed-cloud.ts';
import { holdLock, stopHolder, untilLocked } from './fixtures/lock-key.ts';
import { about, assertOne, notified, postsOf, rowsOf } from './fixtures/notified.ts';
import { signalProcesses } from './fixtures/power-cut.ts';

const [first, second, third] = ['compute-1', 'compute-2', 'compute-3'];
const confirmSeconds = 3;
let cloud: InstalledCloud;

before(async () => {
	cloud = await startInstalled({ computes: 3 }, { storm: { max_hosts: 100, max_fraction: 1 } });
});
after(() => cloud?.close());

/** SIGKILL for whatever a controller runs now; its agents go on, and will run it again. */
function killProcesses(name: string): void {
	signalProcesses(cloud.host(name), 'SIGKILL');
}

const met = ({ masakari }: InstalledCloud, faults: readonly Fault[]) =>
	masakari.waitFor(() => faults.every((fault) => fault.met.length > 0), patienceMs);

/** Whether each controller has seen this stand for long enough to act on it. */
const confirmed =
	(what: 'due' | 'returning', host: string) =>
	({ views }: Stored): boolean =>
		Object.keys(views).length === cloud.controllers.length &&
		Object.values(views).every(({ value }) => {
			const { first_seen = 0, last_seen = 0 } = value[what][host] ?? {};
			return last_seen - first_seen >= confirmSeconds;
		});

const recordsOf = ({ history }: Stored, host: string): ClosedIncident[] =>
	Object.values(history).flatMap(({ value }) => (value.name === host ? [value] : []));

/** The host is back, and Masakari knows it: one record, one row, whoever has died meanwhile. */
async function assertClosed(host: string, requests: number): Promise<void> {
	const { masakari, until } = cloud;
	const settled = (stored: Stored) =>
		recordsOf(stored, host).some(({ started }) => started?.state === 'accepted') && stored;
	const stored = await until(`${host} STARTED`, settled);
	assert.equal(stored.incidents[host], undefined);
	const [record, ...more] = recordsOf(stored, host);
	assert.deepEqual(more, []);
	assert.equal(record?.reason, 'returned');
	assert.deepEqual(rowsOf(masakari, host), [record.uuid]);
	assert.equal(rowsOf(masakari, host, 'STARTED').length, 1);
	const sent = postsOf(masakari, host, 'STARTED');
	assert.ok(sent.length >= requests && sent.length <= 3, `${sent.length} requests`);
	const times = new Set(sent.map(({ generated_time }) => generated_time));
	assert.deepEqual([...times], [record.started?.generated_time]);
}

test('killed with the lock and before the commit, it leaves nothing, and another sends it once (I2, I3)', async () => {
	const { controllers, masakari, until } = cloud;
	// No verdict depends on tenant here, and every read of it takes three seconds: also those under the lock.
	for (const one of controllers) one.agent('tenant').pause();
	await cloud.host(first).kill();
	const holder = await stopHolder(cloud);
	const stored = await until('KV', (now) => now);
	assert.equal(stored.incidents[first], undefined, 'nothing is committed');
	assert.deepEqual(postsOf(masakari, first), []);
	killProcesses(holder.name);
	for (const one of controllers) one.agent('tenant').resume();
	const incident = await until('finished', notified(first, 'finished'));
	assertOne(masakari, first, incident);
	assert.equal(incident.attempt.number, 1);
	assert.equal(postsOf(masakari, first).length, 1);
});

test('killed while one is sent and another is to be closed, both are done once (I2, I3)', async () => {
	const { masakari, until } = cloud;
	masakari.clearMaintenance(first);
	const free = await holdLock(cloud);
	await Promise.all([cloud.host(first).start(), cloud.host(second).kill()]);
	await until('due', confirmed('due', second));
	await until('returning', confirmed('returning', first));
	const made = masakari.fault({ at: 'after', act: 'hang', when: about(second) });
	await free();
	await met(cloud, [made]);
	killProcesses(await untilLocked(cloud));
	const { incidents } = await until('KV', (now) => now);
	assert.equal(incidents[first]?.value.state, 'notified', 'not closed yet');
	const incident = await until('finished', notified(second, 'finished'));
	assertOne(masakari, second, incident);
	assert.equal(postsOf(masakari, second).length, 1);
	await assertClosed(first, 1);
});

test('killed after closing and while STARTED is at Masakari, it is sent again and accepted once', async () => {
	const { masakari, until } = cloud;
	await cloud.host(third).kill();
	await until('finished', notified(third, 'finished'));
	for (const host of [second, third]) masakari.clearMaintenance(host);
	const free = await holdLock(cloud);
	await Promise.all([second, third].map((host) => cloud.host(host).start()));
	for (const host of [second, third]) await until('returning', confirmed('returning', host));
	const never = masakari.fault({ at: 'before', act: 'hang', when: about(second, 'STARTED') });
	const made = masakari.fault({ at: 'after', act: 'hang', when: about(third, 'STARTED') });
	await free();
	await met(cloud, [never, made]);
	// STARTED is sent without the lock: nothing in KV tells by whom.
	for (const { name } of cloud.controllers) killProcesses(name);
	const { incidents, history } = await until('KV', (now) => now);
	assert.deepEqual(Object.keys(incidents), [], 'both are closed');
	const pending = Object.values(history).filter(({ value }) => value.started?.state === 'pending');
	assert.equal(pending.length, 2, 'and nobody knows what became of STARTED');
	await assertClosed(second, 2);
	await assertClosed(third, 2);
});
