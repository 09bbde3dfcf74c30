/** One host's incident from its death to its return, and once more, with real agents to the end. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClosedIncident } from '../handlers/lib/decide/incident.ts';
import type { Stored } from '../handlers/lib/decide/stored.ts';
import { type InstalledCloud, patienceMs, startInstalled } from './fixtures/installed-cloud.ts';
import { assertOne, backdate, notified, posted, rowsOf } from './fixtures/notified.ts';

const host = 'compute-1';
let cloud: InstalledCloud;

before(async () => {
	cloud = await startInstalled({ computes: 2 }, {});
});
after(() => cloud?.close());

/** The history record of this notification, once Masakari's answer to STARTED is in it. */
const closedAs =
	(uuid: string | undefined) =>
	({ history, incidents }: Stored): ClosedIncident | false => {
		const records = Object.values(history).map(({ value }) => value);
		const found = records.find((closed) => closed.uuid === uuid);
		if (found?.started === undefined || found.started.state === 'pending') return false;
		assert.equal(incidents[host], undefined, 'closing deletes the incident');
		return found;
	};

/** What holds the host, as soon as any controller says so. */
const heldBecause =
	(reason: RegExp) =>
	({ views }: Stored) =>
		Object.values(views).find(({ value }) =>
			value.held[host]?.some((held) => held.gate === 'masakari' && reason.test(held.reason)),
		);

test('a dead host is notified once, and followed until Masakari has finished (I2)', async () => {
	await cloud.host(host).kill();
	const incident = await cloud.until('finished', notified(host, 'finished'));
	assertOne(cloud.masakari, host, incident);
	const { attempt, generated_times, uuid, name } = incident;
	assert.deepEqual([name, attempt.number, attempt.outcome], [host, 1, 'accepted']);
	assert.deepEqual(generated_times, [attempt.generated_time]);
	assert.match(attempt.controller, /^controller-[123]$/);
	assert.deepEqual(
		posted(cloud.masakari).map(({ notification }) => notification.generated_time),
		generated_times,
	);
	for (const one of cloud.controllers) {
		await cloud.says(one, new RegExp(`${host}: recovery finished by Masakari \\(${uuid}\\)`));
	}
});

test('a host that is back closes the incident; Masakari refuses STARTED on maintenance', async () => {
	await cloud.host(host).start();
	const [uuid] = rowsOf(cloud.masakari, host);
	const closed = await cloud.until('STARTED answered', closedAs(uuid));
	assert.deepEqual([closed.reason, closed.state], ['returned', 'notified']);
	assert.equal(closed.started?.state, 'refused');
	assert.match(closed.started?.error ?? '', /^409 .*under maintenance/);
	assert.equal(posted(cloud.masakari, 'STARTED').length, 1);
	for (const one of cloud.controllers) await cloud.says(one, /^2 hosts on 3 networks$/m);
});

test('dead again and still on maintenance in Masakari, it is held with that reason', async () => {
	await cloud.host(host).kill();
	await cloud.until('held', heldBecause(/^on maintenance in Masakari/));
	const reason = new RegExp(
		`^critical: ${host}: held by masakari: on maintenance in Masakari`,
		'm',
	);
	for (const one of cloud.controllers) await cloud.says(one, reason);
});

test('cleared too early, it is held until the duplicate window is over', async () => {
	cloud.masakari.clearMaintenance(host);
	await cloud.until('held', heldBecause(/^Masakari takes a second STOPPED only after 2/));
	assert.equal(posted(cloud.masakari).length, 1, 'nothing was sent meanwhile');
});

test('then its second death gets its own notification (I2)', async () => {
	const { masakari, until } = cloud;
	for (const row of masakari.notifications) backdate(row);
	const [first] = rowsOf(masakari, host);
	const second = (found: ReturnType<ReturnType<typeof notified>>) =>
		found && found.uuid !== first && found;
	const incident = await until('finished', (now) => second(notified(host, 'finished')(now)));
	assert.deepEqual(rowsOf(masakari, host), [first, incident.uuid]);
	assert.equal(posted(masakari).length, 2);
});

test('a host that was taken off maintenance in time gets its STARTED accepted', async () => {
	const { masakari, until } = cloud;
	masakari.clearMaintenance(host);
	await cloud.host(host).start();
	const closed = await until('STARTED answered', closedAs(rowsOf(masakari, host)[1]));
	assert.deepEqual([closed.reason, closed.started?.state], ['returned', 'accepted']);
	const [row] = rowsOf(masakari, host, 'STARTED');
	await masakari.waitFor(() => row, patienceMs);
	const [sent] = posted(masakari, 'STARTED').slice(-1);
	assert.deepEqual(sent?.notification.payload, {
		event: 'STARTED',
		cluster_status: 'ONLINE',
		host_status: 'NORMAL',
	});
	const history = await until('history', ({ history }) => history);
	assert.equal(Object.keys(history).length, 2);
	assert.ok(Object.keys(history).every((key) => key.endsWith(`-${host}`)));
});
