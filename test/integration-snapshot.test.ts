import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Agent, createAgent } from '../scripts/lib/cloud-agent.ts';
import { eventually } from '../scripts/lib/eventually.ts';
import { serf, startWatched, type Watched } from './snapshots.ts';

let watched: Watched;
let [first, second]: Agent[] = [];
let stranger: Agent;

before(async () => {
	watched = await startWatched({ networks: ['management', 'storage'], computes: 2 });
	[first, second] = watched.cloud.computes.map((host) => host.agent('storage'));
});
after(async () => {
	await stranger?.kill();
	await watched?.cloud.close();
});

const one = () => first ?? assert.fail();
const two = () => second ?? assert.fail();

/** A node as an external program registers it: no agent, never in gossip. */
async function register(body: object): Promise<void> {
	const init = { method: 'PUT', body: JSON.stringify(body) };
	const response = await fetch(`${watched.server.http}/v1/catalog/register`, init);
	assert.equal(response.status, 200, await response.text());
}

const external = (Node: string, CheckID: string, Status: string) =>
	register({ Node, Address: '192.0.2.1', Check: { Node, CheckID, Name: CheckID, Status } });

test('a host that gossip and catalog call well is up', async () => {
	assert.deepEqual(await watched.look(), { up: ['compute-1', 'compute-2'] });
});

test('nothing is written when nothing has changed', async () => {
	const { index } = await watched.stored();
	const { stderr } = await watched.run();
	assert.match(stderr, /nothing changed/);
	assert.equal((await watched.stored()).index, index);
});

test('a host whose agent was killed is down', async () => {
	await one().kill();
	await watched.catalog('compute-1', serf('critical'));
	assert.deepEqual(await watched.look(), { up: ['compute-2'], down: ['compute-1'] });
});

test('a host that is back is up', async () => {
	await one().start();
	await watched.catalog('compute-1', serf('passing'));
	assert.deepEqual(await watched.look(), { up: ['compute-1', 'compute-2'] });
});

test('a host that left is left, not down and not gone (I4)', async () => {
	await one().leave();
	await watched.catalog('compute-1', serf());
	assert.deepEqual(await watched.look(), { up: ['compute-2'], left: ['compute-1'] });
});

test('a dead host that was made to leave by force is left, also when gossip has pruned it (I4)', async () => {
	await two().kill();
	await watched.catalog('compute-2', serf('critical'));
	assert.deepEqual(await watched.look(), { down: ['compute-2'], left: ['compute-1'] });
	await watched.server.consul('force-leave', 'compute-2');
	await watched.catalog('compute-2', serf());
	assert.deepEqual(await watched.look(), { left: ['compute-1', 'compute-2'] });
	await watched.server.consul('force-leave', '-prune', 'compute-2');
	const members = () => watched.server.consul('members');
	await eventually(async () => !(await members()).includes('compute-2'));
	assert.deepEqual(await watched.look(), { left: ['compute-1', 'compute-2'] });
});

test('hosts that rejoin are up', async () => {
	await Promise.all([one().start(), two().start()]);
	for (const node of ['compute-1', 'compute-2']) await watched.catalog(node, serf('passing'));
	assert.deepEqual(await watched.look(), { up: ['compute-1', 'compute-2'] });
});

test('nodes that were never in gossip are no hosts, whatever the catalog says of them', async () => {
	await register({ Node: 'external-1', Address: '192.0.2.1' });
	await external('external-2', 'serfHealth', 'passing');
	await external('external-3', 'serfHealth', 'critical');
	await external('external-4', 'disk', 'critical');
	assert.deepEqual(await watched.look(), { up: ['compute-1', 'compute-2'] });
});

test('a node that was never in gossip is no host either when it is in maintenance', async () => {
	await external('external-5', '_node_maintenance', 'critical');
	const { maintenance: _, ...lists } = await watched.look();
	assert.deepEqual(lists, { up: ['compute-1', 'compute-2'] });
});

test('a host that the catalog calls critical and gossip alive keeps its state, not down (I5)', async () => {
	await external('compute-1', 'serfHealth', 'critical');
	assert.deepEqual((await watched.look()).up, ['compute-1', 'compute-2']);
	await external('compute-1', 'serfHealth', 'passing');
});

test('a host that the catalog spells in another case is the same host', async () => {
	await external('COMPUTE-2', 'serfHealth', 'passing');
	assert.deepEqual((await watched.look()).up, ['compute-1', 'compute-2']);
	await two().kill();
	const members = () => watched.server.consul('members');
	await eventually(async () => /compute-2\s+\S+\s+failed/.test(await members()));
	await external('Compute-2', 'serfHealth', 'critical');
	const { up, down } = await watched.look();
	assert.deepEqual({ up, down }, { up: ['compute-1'], down: ['compute-2'] });
});

test('a host that calls itself by capitals is listed in lower case', async () => {
	const { cloud, server } = watched;
	const address = server.address.replace(/\d+$/, '100');
	const file = new URL('../consul.d/storage/client.json', import.meta.url).pathname;
	stranger = createAgent({
		...{
			node: 'COMPUTE-9',
			network: 'storage',
			address,
			http: `${address}:8520`,
			mark: 'capitals',
		},
		dir: join(cloud.dir, 'COMPUTE-9'),
		args: [
			...['-config-file', file, '-retry-join', server.address],
			...['-hcl', `addresses { http = "${address}" }`],
		],
	});
	await stranger.start();
	await watched.catalog('COMPUTE-9', serf('passing'));
	assert.deepEqual((await watched.look()).up, ['compute-1', 'compute-9']);
});
