/** Many calls at once: neither a check nor a handler says anything beside its own lines. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { emptySnapshot } from '../handlers/lib/decide/snapshot.ts';
import { logOf, runBundle } from './bundle.ts';
import { type Answer, serveJson } from './json-server.ts';

const session = '11111111-2222-3333-4444-555555555555';
const self = { NodeName: 'controller-1', Version: '1.8.7' };

/** A network's agent, of whose hosts these are down; all are this machine, whose ports refuse. */
function answerTo(dead: readonly string[]): (url: URL) => Answer {
	const up = ['controller-1', 'compute-0'];
	const nodes = [...up, ...dead];
	const checks = nodes.map((Node) => ({
		...{ Node, CheckID: 'serfHealth', Status: up.includes(Node) ? 'passing' : 'critical' },
	}));
	const members = nodes.map((Name) => ({
		...(up.includes(Name) ? { Addr: '127.0.0.1', Status: 1 } : { Addr: '127.0.0.2', Status: 4 }),
		...{ Name, Port: 1 },
		Tags: { role: Name === 'controller-1' ? 'consul' : 'node' },
	}));
	const snapshot = JSON.stringify({ ...emptySnapshot, down: dead });
	const Value = Buffer.from(snapshot).toString('base64');
	const entry = { Key: 'hostmonitor/networks/storage', Value, Flags: 0, ModifyIndex: 9 };
	return ({ pathname, searchParams }) => {
		if (pathname === '/v1/agent/self') return { json: { Config: self } };
		if (pathname === '/v1/agent/members') return { json: members };
		if (pathname === '/v1/health/state/any') return { json: checks };
		if (pathname === '/v1/session/create') return { json: { ID: session } };
		const writes = searchParams.has('cas') || searchParams.has('acquire');
		if (searchParams.has('recurse')) return { json: [entry] };
		return writes ? { json: true } : { status: 404, json: null };
	};
}

/** Writes a configuration of these networks, each behind an agent of its own. */
async function configure(t: TestContext, networks: readonly string[], dead: readonly string[]) {
	const servers = networks.map((name) =>
		serveJson(t, answerTo(dead)).then(({ endpoint }) => [name, new URL(endpoint).origin] as const),
	);
	const addresses = (await Promise.all(servers)).map(([name, http_addr]) => [name, { http_addr }]);
	const dir = mkdtempSync(join(tmpdir(), 'hostmonitor-crowd-'));
	t.after(() => rmSync(dir, { recursive: true }));
	const masakari = { endpoint: 'http://127.0.0.1:1/v1', auth: 'none' };
	const file = join(dir, 'hostmonitor.yaml');
	const storm = { max_hosts: 100, max_fraction: 1 };
	const settings = { networks: Object.fromEntries(addresses), masakari, storm };
	writeFileSync(file, JSON.stringify(settings));
	return file;
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `compute-${i + 1}`);
const three = ['management', 'tenant', 'storage'];

test('with eight dead hosts, each probed on three networks, the check says its lines alone', async (t) => {
	const config = await configure(t, three, names(8));
	const { exitCode, stdout, stderr } = await runBundle('checks/pipeline', ['--config', config]);
	assert.equal(stderr, '');
	const [verdict, ...lines] = stdout.split('\n');
	assert.deepEqual([verdict, exitCode], ['warning: 0 critical, 8 warning', 1]);
	for (const line of lines) assert.match(line, /^warning: compute-\d: held by agent: its kernel/);
});

test('with eight networks, the check says its one line alone', async (t) => {
	const config = await configure(t, [...three, 'a', 'b', 'c', 'd', 'e'], []);
	const { exitCode, stdout, stderr } = await runBundle('checks/pipeline', ['--config', config]);
	assert.deepEqual([exitCode, stdout, stderr], [0, '1 hosts on 8 networks', '']);
});

test('with eight dead hosts and eight networks, a handler logs its one line alone', async (t) => {
	const config = await configure(t, [...three, 'a', 'b', 'c', 'd', 'e'], names(8));
	const ran = await runBundle('handlers/aggregate-hosts', ['--config', config]);
	const messages = logOf(ran).map(({ message }) => message);
	assert.deepEqual([messages, ran.exitCode], [['8 due, 8 held'], 0]);
});
