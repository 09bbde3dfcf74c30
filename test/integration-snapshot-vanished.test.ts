import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Agent } from '../scripts/lib/cloud-agent.ts';
import { eventually } from '../scripts/lib/eventually.ts';
import { runBundle } from './bundle.ts';
import { maintained, masakari, serf, startWatched, type Watched } from './snapshots.ts';

let watched: Watched;
let compute: Agent;
/** A configuration for each controller: they see the network through different agents. */
let configs: string[];

before(async () => {
	watched = await startWatched({ networks: ['storage'], controllers: 3, computes: 1 });
	compute = watched.cloud.host('compute-1').agent('storage');
	configs = watched.cloud.controllers.map((controller) => controller.configure({ masakari }));
});
after(() => watched?.cloud.close());

const members = (agent: Agent) => agent.consul('members');
const forgotten = async (agent: Agent) => !(await members(agent)).includes('compute-1');

/** What each controller makes of the same snapshot, one after the other. */
async function looks(): Promise<unknown[]> {
	const found = [];
	for (const config of configs) found.push(await watched.look(config));
	return found;
}

test('consul maint on any agent of a host is listed', async () => {
	await compute.consul('maint', '-enable', '-reason', 'a new disk');
	await watched.catalog('compute-1', maintained);
	assert.deepEqual(await watched.look(), { up: ['compute-1'], maintenance: ['compute-1'] });
});

test('a host that dies in maintenance is down and still in maintenance (I4)', async () => {
	await compute.kill();
	await watched.catalog('compute-1', serf('critical'));
	const failed = async (agent: Agent) => /compute-1\s+\S+\s+failed/.test(await members(agent));
	for (const { agents } of watched.cloud.controllers) {
		for (const agent of agents) await eventually(() => failed(agent));
	}
	assert.deepEqual(await watched.look(), { down: ['compute-1'], maintenance: ['compute-1'] });
});

test('a controller that was restarted and forgot the dead overwrites nothing (I5)', async () => {
	const leader = await watched.cloud.leader('storage');
	const [follower] = watched.cloud.controllers.filter((one) => one !== leader);
	const agent = follower?.agent('storage') ?? assert.fail();
	await agent.stop();
	await agent.start();
	await eventually(() => forgotten(agent));
	const before = await watched.stored();
	for (const lists of await eventually(() => looks())) {
		assert.deepEqual(lists, { down: ['compute-1'], maintenance: ['compute-1'] });
	}
	assert.deepEqual(await watched.stored(), before);
});

test('a dead host that all servers forgot is vanished, in maintenance, and never down', async () => {
	const leader = await watched.cloud.leader('storage');
	const followers = watched.cloud.controllers.filter((one) => one !== leader);
	for (const { agents } of [...followers, leader]) {
		for (const agent of agents) {
			await agent.stop();
			await agent.start();
			await eventually(() => forgotten(agent));
			await watched.cloud.leader('storage');
		}
	}
	await watched.catalog('compute-1', serf());
	for (const lists of await eventually(() => looks())) {
		assert.deepEqual(lists, { vanished: ['compute-1'], maintenance: ['compute-1'] });
	}
});

test('the check is critical and names what to do about a vanished host', async () => {
	const { exitCode, stdout } = await runBundle('checks/pipeline', ['--config', watched.config], '');
	assert.equal(exitCode, 2, stdout);
	assert.match(
		stdout,
		/^critical: compute-1: vanished from storage: .*hostmonitor forget compute-1$/m,
	);
});

test('a host that reappears is up, and in maintenance until consul maint is off (I4)', async () => {
	await compute.start();
	await watched.catalog('compute-1', (checks) => serf('passing')(checks) && maintained(checks));
	assert.deepEqual(await watched.look(), { up: ['compute-1'], maintenance: ['compute-1'] });
	await compute.consul('maint', '-disable');
	await watched.catalog('compute-1', (checks) => !maintained(checks));
	assert.deepEqual(await watched.look(), { up: ['compute-1'] });
});
