/** What a serf port comes to on real agents: only a living one answers. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { knock } from '../handlers/lib/io/probe.ts';
import { type Cloud, startCloud } from '../scripts/lib/cloud.ts';

let cloud: Cloud;

before(async () => {
	cloud = await startCloud({ networks: ['storage'], controllers: 1, computes: 2, gossip: 'fast' });
});
after(() => cloud?.close());

const agentOf = (name: string) => cloud.host(name).agent('storage');
/** The example files' port of this network. */
const port = 8321;
const knockAt = (name: string) =>
	knock({ address: agentOf(name).address, port }, 1000, new AbortController().signal);

test('a living agent answers, also beside one that hangs (I4)', async () => {
	agentOf('compute-1').pause();
	const [hung, living] = await Promise.all([knockAt('compute-1'), knockAt('compute-2')]);
	assert.deepEqual({ hung, living }, { hung: 'silent', living: 'answered' });
});

test('an agent that hangs no more answers', async () => {
	agentOf('compute-1').resume();
	assert.equal(await knockAt('compute-1'), 'answered');
});

test('a dead agent on a living kernel is refused', async () => {
	await agentOf('compute-1').kill();
	assert.equal(await knockAt('compute-1'), 'refused');
});
