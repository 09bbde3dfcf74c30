/** Failures that come one by one, for hours or for days, with default gossip and default limits. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { parseIncident } from '../handlers/lib/schema/incident.ts';
import { heldBy } from './fixtures/held.ts';
import { liveHub } from './fixtures/installed-cloud.ts';
import { posted } from './fixtures/notified.ts';
import { type PartitionCloud, startPartition } from './fixtures/partition.ts';
import { openHubKv } from './hub-kv.ts';

let cloud: PartitionCloud;
const hosts = [1, 2, 3, 4, 5, 6].map((i) => `compute-${i}`);

before(async () => {
	cloud = await startPartition({ computes: 10, gossip: 'default' }, { confirm: '15s' });
});
after(() => cloud?.close());

test('one host every 20 s up to 60 %: as many as the limit of 3 allows (I6)', async () => {
	for (const host of hosts) {
		await cloud.powerOff(host);
		await pass(20_000);
	}
	const told = () =>
		posted(cloud.masakari)
			.map(({ notification }) => notification.hostname)
			.sort();
	const others = () => hosts.filter((host) => !told().includes(host));
	for (const host of others()) await cloud.until(`${host} held`, heldBy(host, 'storm'));
	assert.deepEqual(told(), hosts.slice(0, 3));
	for (const host of others()) await cloud.powerOn(host);
	await cloud.allSay(/^warning: 0 critical, 3 warning\n/);
	assert.deepEqual(told(), hosts.slice(0, 3));
});

test('three that were told of stay dead for days; a fourth dies: one more recovery', async () => {
	const kv = openHubKv(liveHub(cloud));
	for (const host of hosts.slice(0, 3)) {
		const stored = (await kv.get(`hosts/${host}`)) ?? assert.fail(`an incident of ${host}`);
		const incident = parseIncident(JSON.parse(stored.text), host);
		const days = { ...incident, notified_at: Date.now() - 72 * 3_600_000 };
		await kv.put(`hosts/${host}`, JSON.stringify(days));
	}
	await cloud.powerOff('compute-7');
	await cloud.assertRecovered('compute-7');
	assert.equal(posted(cloud.masakari).length, 4);
});
