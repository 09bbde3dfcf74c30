import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { alive, failed, type Member } from '../handlers/lib/decide/reading.ts';
import { openConsul } from '../handlers/lib/io/consul.ts';
import { rejoins } from '../handlers/lib/io/rejoin.ts';
import { shareSignal } from '../handlers/lib/io/shared-signal.ts';
import { type Cloud, startCloud } from '../scripts/lib/cloud.ts';
import { consulGet } from '../scripts/lib/consul-api.ts';
import { eventually } from '../scripts/lib/eventually.ts';

let cloud: Cloud;

before(async () => {
	cloud = await startCloud({ networks: ['storage'], controllers: 1, computes: 2, gossip: 'fast' });
});
after(() => cloud?.close());

const agentOf = (name: string) => cloud.host(name).agent('storage');

/** A node as soon as the controller's gossip has one of these words for it. */
const member = (name: string, ...statuses: readonly number[]) =>
	eventually(async () => {
		const { http } = agentOf('controller-1');
		const members = (await consulGet(http, '/v1/agent/members')) as Member[];
		return members.find(({ Name, Status }) => Name === name && statuses.includes(Status));
	});

/** Has the controller's agent ask for this host at the address of compute-1. */
async function ask(host: string): Promise<boolean> {
	const { http: httpAddr } = agentOf('controller-1');
	const consul = openConsul({ httpAddr, tls: {} }, shareSignal(new AbortController().signal));
	const { Addr: address, Port: port } = await member('compute-1', alive, failed);
	return rejoins(consul, host, { address, port });
}

test('a node that hangs does not rejoin, and the call ends before its agent gives up', async () => {
	agentOf('compute-1').pause();
	await member('compute-1', failed);
	await assert.rejects(ask('compute-1'), /no complete answer within 1500 ms$/);
});

test('a node that answers again rejoins, and gossip calls it alive', async () => {
	agentOf('compute-1').resume();
	assert.equal(await ask('compute-1'), true);
	await member('compute-1', alive);
});

test('a node of another name at the same address proves nothing', async () => {
	assert.equal(await ask('compute-2'), false);
});
