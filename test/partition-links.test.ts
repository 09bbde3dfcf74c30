/** What a compute host's own links, agents and paths may do; on namespaces with real links. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertOne, notified, postsOf } from './fixtures/notified.ts';
import { type PartitionCloud, startPartition } from './fixtures/partition.ts';

let cloud: PartitionCloud;

before(async () => {
	const storm = { max_hosts: 100, max_fraction: 1 };
	cloud = await startPartition({ computes: 8 }, { confirm: '5s', storm });
});
after(() => cloud?.close());

async function assertRecovered(host: string, vector: string): Promise<void> {
	const incident = await cloud.until(`${host} sent`, notified(host));
	assertOne(cloud.masakari, host, incident);
	assert.equal(postsOf(cloud.masakari, host).length, 1);
	assert.equal(Object.values(incident.vector).join('/'), vector);
}

test('storage cut on one compute host: one recovery', async () => {
	await cloud.cut('compute-1', 'storage');
	await assertRecovered('compute-1', 'up/up/down');
});
