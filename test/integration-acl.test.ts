import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { claimNumber, hostAddress } from '../scripts/lib/cloud-address.ts';
import { type Agent, createAgent } from '../scripts/lib/cloud-agent.ts';
import { atExit, killMarked } from '../scripts/lib/cloud-cleanup.ts';
import { eventually } from '../scripts/lib/eventually.ts';

const consulD = resolve(import.meta.dirname, '../consul.d');
const dir = mkdtempSync(join(tmpdir(), 'hostmonitor-acl-'));
const tokens = new Map<string, string>();
let agent: Agent;
let root = '';
let release = () => {};

before(async () => {
	const claim = await claimNumber();
	release = claim.release;
	const mark = `${process.pid}-${claim.number}`;
	atExit(() => killMarked(mark));
	const address = hostAddress(0, claim.number, 1);
	const args = [
		...['-config-file', join(consulD, 'management/server.json'), '-bootstrap-expect', '1'],
		...['-hcl', `addresses { http = "${address}" } performance { raft_multiplier = 1 }`],
		...['-hcl', 'acl { enabled = true default_policy = "deny" }'],
	];
	const where = { network: 'management', address, http: `${address}:8500`, dir, mark };
	agent = createAgent({ node: 'controller-1', ...where, args });
	await agent.start();
	root = await eventually(async () => (await send('PUT', '/v1/acl/bootstrap', '')).json?.SecretID);
	for (const name of ['hub', 'network']) tokens.set(name, await tokenWith(name));
});
after(async () => {
	await agent?.kill();
	release();
	rmSync(dir, { recursive: true, force: true });
});

async function tokenWith(policy: string): Promise<string> {
	const Rules = readFileSync(join(consulD, 'acl', `${policy}.hcl`), 'utf8');
	await send('PUT', '/v1/acl/policy', { Name: policy, Rules }, root);
	const token = await send('PUT', '/v1/acl/token', { Policies: [{ Name: policy }] }, root);
	assert.equal(token.status, 200, token.text);
	return String(token.json?.SecretID);
}

async function send(method: string, path: string, body?: unknown, token = '') {
	const headers = { 'X-Consul-Token': token };
	const sent = body === undefined ? {} : { body: JSON.stringify(body) };
	const response = await fetch(agent.http + path, { method, headers, ...sent });
	const text = await response.text();
	const json = /^[[{]/.test(text) ? (JSON.parse(text) as { SecretID?: string }) : undefined;
	return { status: response.status, text, json };
}

const kv = (Key: string) => [{ KV: { Verb: 'set', Key, Value: '' } }];
const service = { ID: 'hostmonitor', Name: 'hostmonitor' };
const cases: {
	name: string;
	method: string;
	path: string;
	body?: unknown;
	hub: number;
	network: number;
}[] = [
	{ name: 'read its agent', method: 'GET', path: '/v1/agent/self', hub: 200, network: 200 },
	{
		name: 'write our keys',
		method: 'PUT',
		path: '/v1/txn',
		body: kv('hostmonitor/paused'),
		hub: 200,
		network: 409,
	},
	{
		name: 'write other keys',
		method: 'PUT',
		path: '/v1/txn',
		body: kv('other/key'),
		hub: 409,
		network: 409,
	},
	{
		name: 'read our keys',
		method: 'GET',
		path: '/v1/kv/hostmonitor/paused',
		hub: 200,
		network: 403,
	},
	{
		name: 'create a session',
		method: 'PUT',
		path: '/v1/session/create',
		body: { TTL: '10s' },
		hub: 200,
		network: 403,
	},
	{
		name: 'register the service',
		method: 'PUT',
		path: '/v1/agent/service/register',
		body: service,
		hub: 200,
		network: 403,
	},
	{ name: 'leave the cluster', method: 'PUT', path: '/v1/agent/leave', hub: 403, network: 403 },
];
for (const { name, method, path, body, ...expected } of cases) {
	for (const policy of ['hub', 'network'] as const) {
		const may = expected[policy] === 200 ? 'lets a controller' : 'lets nobody';
		test(`the policy ${policy} ${may} ${name}`, async () => {
			const { status, text } = await send(method, path, body, tokens.get(policy));
			assert.equal(status, expected[policy], text);
		});
	}
}

for (const policy of ['hub', 'network']) {
	test(`the policy ${policy} leaves nothing out of health and members`, async () => {
		const health = '/v1/health/state/any?consistent';
		for (const path of [health, '/v1/agent/members']) {
			assert.match((await send('GET', path, undefined, tokens.get(policy))).text, /controller-1/);
			assert.equal((await send('GET', path)).text, '[]', 'without a token there is nothing');
		}
	});
}
