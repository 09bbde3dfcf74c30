/** What holds a host before anything is sent: mode, an operator's words, a storm; and what lets it go. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { heldBy, operate } from './fixtures/held.ts';
import { type InstalledCloud, startInstalled } from './fixtures/installed-cloud.ts';
import { assertOne, notified, posted, postsOf } from './fixtures/notified.ts';

const [observed, known, maintained, stormy] = ['compute-1', 'compute-2', 'compute-3', 'compute-4'];
const storm = { max_hosts: 100, max_fraction: 1 };
let cloud: InstalledCloud;

before(async () => {
	cloud = await startInstalled({ computes: 4 }, { mode: 'observe', storm });
});
after(() => cloud?.close());

/** Says on every controller's check, in one run of it. */
async function allSay(...said: readonly string[]): Promise<void> {
	const lines = said.map((line) => new RegExp(`^${line}`, 'm'));
	for (const controller of cloud.controllers) await cloud.says(controller, ...lines);
}

/** It was let go: one request, one row. */
async function assertSent(host: string): Promise<void> {
	const { masakari, until } = cloud;
	assertOne(masakari, host, await until(`${host} finished`, notified(host, 'finished')));
	assert.equal(postsOf(masakari, host).length, 1);
}

test('mode observe sends nothing, and says what it would have done and what it would not', async () => {
	cloud.masakari.setMaintenance(known);
	await Promise.all([cloud.host(observed).kill(), cloud.host(known).kill()]);
	await allSay(
		`warning: ${observed}: held by mode: observe: it would have been notified$`,
		`critical: ${known}: held by masakari: on maintenance in Masakari`,
	);
	assert.deepEqual(posted(cloud.masakari), []);
	assert.deepEqual(await cloud.until('KV', ({ incidents }) => Object.keys(incidents)), []);
});

test('a pause holds whom the mode no longer holds, and each host for all its reasons', async () => {
	const { until } = cloud;
	assert.equal(await operate(cloud, 'pause', '--reason', 'power works'), 'paused');
	await operate(cloud, 'maintenance', maintained, '--reason', 'new disk');
	await cloud.configure({ mode: 'act' });
	await cloud.host(maintained).kill();
	for (const host of [observed, known, maintained]) {
		await until('paused', heldBy(host, 'paused', /^paused by ann.*power works/));
	}
	await until('maintained', heldBy(maintained, 'maintenance', /^in maintenance by ann.*new disk/));
	await allSay(
		...[observed, known].map((host) => `warning: ${host}: held by paused: paused by ann`),
		`warning: ${maintained}: held by paused, maintenance: paused by ann`,
	);
	assert.deepEqual(posted(cloud.masakari), []);
});

test('resumed, it is sent once; what else holds a host goes on holding it (I2, I4)', async () => {
	assert.equal(await operate(cloud, 'resume'), 'resumed');
	await assertSent(observed);
	await allSay(
		`warning: ${maintained}: held by maintenance: in maintenance by ann`,
		`critical: ${known}: held by masakari: on maintenance in Masakari`,
		`warning: ${observed}: recovery finished by Masakari`,
	);
	assert.equal(posted(cloud.masakari).length, 1);
});

test('out of maintenance, here or in Masakari, a host that is still dead is sent once (I2)', async () => {
	await operate(cloud, 'maintenance', '--clear', maintained);
	cloud.masakari.clearMaintenance(known);
	await assertSent(maintained);
	await assertSent(known);
	assert.equal(posted(cloud.masakari).length, 3);
});

test('a storm holds the next host, because the last ones count for an hour (I6)', async () => {
	await cloud.configure({ mode: 'act', storm: { ...storm, max_hosts: 3 } });
	await cloud.host(stormy).kill();
	await cloud.until('held', heldBy(stormy, 'storm', /^4 hosts at once, limit 3/));
	await allSay(`critical: ${stormy}: held by storm: 4 hosts at once, limit 3`);
	assert.equal(posted(cloud.masakari).length, 3);
});

test('an approval lets this host through the storm, once, and is used up by that (I2)', async () => {
	const said = await operate(cloud, 'approve', stormy, '--reason', 'one rack');
	assert.match(said, new RegExp(`^${stormy}: approved until `));
	await assertSent(stormy);
	assert.deepEqual(await cloud.until('KV', ({ approved }) => Object.keys(approved)), []);
	assert.equal(cloud.masakari.notifications.length, 4);
});
