/** The eight rows of the default matrix, each made on real clusters by stopping real agents. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type InstalledCloud, patienceMs, startInstalled } from './fixtures/installed-cloud.ts';
import { notified, posted, rowsOf } from './fixtures/notified.ts';

const networks = ['management', 'tenant', 'storage'] as const;
const up = 'up';
const down = 'down';
interface Row {
	readonly host: string;
	/** In the networks' order. */
	readonly vector: readonly ('up' | 'down')[];
	readonly action: 'none' | 'recovery';
}
/** The spec's table. */
const rows: readonly Row[] = [
	{ host: 'compute-1', vector: [up, up, up], action: 'none' },
	{ host: 'compute-2', vector: [up, up, down], action: 'recovery' },
	{ host: 'compute-3', vector: [up, down, up], action: 'none' },
	{ host: 'compute-4', vector: [up, down, down], action: 'recovery' },
	{ host: 'compute-5', vector: [down, up, up], action: 'none' },
	{ host: 'compute-6', vector: [down, up, down], action: 'recovery' },
	{ host: 'compute-7', vector: [down, down, up], action: 'none' },
	{ host: 'compute-8', vector: [down, down, down], action: 'recovery' },
];
const recovered = rows.filter(({ action }) => action === 'recovery');
const alone = rows.filter(({ action }) => action === 'none');

let cloud: InstalledCloud;

before(async () => {
	// Half of the hosts at once is a storm; here it must not hide the matrix.
	cloud = await startInstalled({ computes: 8 }, { storm: { max_hosts: 100, max_fraction: 1 } });
	const stopped = rows.flatMap(({ host, vector }) =>
		networks.flatMap((network, i) => (vector[i] === down ? [{ host, network }] : [])),
	);
	assert.equal(stopped.length, 12);
	await Promise.all(stopped.map(({ host, network }) => cloud.host(host).agent(network).kill()));
});
after(() => cloud?.close());

/** What a check says of a host that the matrix leaves alone. */
function reasonOf({ host, vector }: Row): RegExp {
	const said = networks.filter((_, i) => vector[i] === down).map((network) => `${network} down`);
	return new RegExp(`^warning: ${host}: ${said.join(', ')}: left alone by the matrix$`, 'm');
}

test('each host whose storage is down is notified', async () => {
	const { masakari, until } = cloud;
	await masakari.waitFor(() => masakari.notifications.length >= recovered.length, patienceMs);
	for (const { host, vector } of recovered) {
		const incident = await until(`${host} finished`, notified(host, 'finished'));
		const [management, tenant] = vector;
		// Noticed network by network: the incident holds what was seen when it was due.
		assert.equal(incident.vector['storage'], down);
		if (management === up) assert.equal(incident.vector['management'], up);
		if (tenant === up) assert.equal(incident.vector['tenant'], up);
	}
});

test('every controller says why the others are left alone, in a run after that', async () => {
	const finished = recovered.map(
		({ host }) => new RegExp(`^warning: ${host}: recovery finished by Masakari`, 'm'),
	);
	const reasons = alone.filter(({ vector }) => vector.includes(down)).map(reasonOf);
	assert.equal(reasons.length, 3);
	for (const controller of cloud.controllers) {
		// This text can only come from a run that began when all four had finished, and is over.
		const check = await cloud.says(controller, ...finished, ...reasons);
		assert.equal(check.Status, 'warning');
		assert.doesNotMatch(check.Output, /compute-1:/, 'a host that is well is not mentioned');
	}
});

test('the four hosts with storage down are notified, once, and nobody else (I2)', async () => {
	const { masakari, until } = cloud;
	const incidents = await until('incidents', ({ incidents }) => incidents);
	assert.deepEqual(
		Object.keys(incidents).sort(),
		recovered.map(({ host }) => host),
	);
	const sent = posted(masakari).sort((a, b) =>
		a.notification.hostname < b.notification.hostname ? -1 : 1,
	);
	assert.deepEqual(
		sent,
		recovered.map(({ host }) => ({
			notification: {
				type: 'COMPUTE_HOST',
				hostname: host,
				generated_time: incidents[host]?.value.attempt.generated_time,
				payload: { event: 'STOPPED', cluster_status: 'OFFLINE', host_status: 'NORMAL' },
			},
		})),
	);
	for (const { host } of recovered) {
		assert.deepEqual(rowsOf(masakari, host), [incidents[host]?.value.uuid]);
	}
	assert.equal(masakari.notifications.length, recovered.length);
	assert.deepEqual(posted(masakari, 'STARTED'), []);
});
