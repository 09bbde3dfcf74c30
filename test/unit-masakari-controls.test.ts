import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type MasakariApi, startMasakariApi } from '../scripts/lib/masakari-api.ts';
import type { EngineOptions } from '../scripts/lib/masakari-engine.ts';
import { HARMLESS, type Payload, STOPPED } from './fixtures/contract-server.ts';
import { jsonOf, send } from './fixtures/raw-request.ts';

const LONG_MS = 30_000;
const NOW = Date.parse('2026-01-02T03:04:05Z');

async function start(t: TestContext, engine: EngineOptions = {}): Promise<MasakariApi> {
	const api = await startMasakariApi({
		hosts: ['n1', { name: 'rack-2', hosts: ['n2'] }],
		now: () => NOW,
		engine: { pickupMs: 0, recoveryMs: 0, ...engine },
		rpcTimeoutMs: 0,
		authenticate: ({ headers }) =>
			headers['x-auth-token'] === 'bad'
				? { status: 401, headers: { 'www-authenticate': 'Keystone uri="x"' }, body: '' }
				: { project: 'abc' },
	});
	t.after(api.close);
	return api;
}

async function post(api: MasakariApi, hostname: string, payload: Payload): Promise<string> {
	const generated_time = '2026-01-02T03:04:00Z';
	const body = { notification: { type: 'COMPUTE_HOST', hostname, generated_time, payload } };
	const reply = await send(`${api.url}/notifications`, { method: 'POST', body });
	return String(jsonOf(reply, 'notification', 'notification_uuid'));
}

/** Every status a host's notification goes through, up to the given one. */
async function passage(api: MasakariApi, host: string, last: string): Promise<readonly string[]> {
	const seen: string[] = [];
	api.on('notification', (row) => {
		if (row.host.name === host) seen.push(row.status);
	});
	await post(api, host, STOPPED);
	await api.waitFor(() => seen.at(-1) === last, LONG_MS);
	return seen;
}

test('a recovery ends as it was told to', async (t) => {
	const api = await start(t, { outcomes: { n1: 'failed' } });
	const failed = ['new', 'running', 'error', 'running', 'failed'];
	assert.deepEqual(await passage(api, 'n1', 'failed'), failed);
	api.setOutcome('n2', 'error');
	assert.deepEqual(await passage(api, 'n2', 'error'), ['new', 'running', 'error']);
});

test('the host is on maintenance as soon as its recovery runs', async (t) => {
	const api = await start(t, { recoveryMs: LONG_MS });
	await post(api, 'n1', STOPPED);
	const [row] = api.notifications;
	await api.waitFor(() => row?.host.onMaintenance, LONG_MS);
	assert.equal(row?.status, 'running');
});

test('away, the engine leaves everything new, and does it when it returns', async (t) => {
	const api = await start(t, { away: true });
	const uuid = await post(api, 'n1', HARMLESS);
	const path = `${api.url}/notifications/${uuid}`;
	const headers = { 'OpenStack-API-Version': 'instance-ha 1.1' };
	assert.equal((await send(path, { headers })).status, 500);
	assert.equal(jsonOf(await send(path), 'notification', 'status'), 'new');
	api.setEngineAway(false);
	await api.waitFor(() => api.notifications[0]?.status === 'ignored', LONG_MS);
	assert.equal((await send(path, { headers })).status, 200);
});

test('a segment is disabled and enabled by its name', async (t) => {
	const api = await start(t);
	api.disableSegment('rack-2');
	assert.deepEqual(await passage(api, 'n2', 'ignored'), ['new', 'ignored']);
	api.enableSegment('rack-2');
	const [row] = api.notifications;
	api.setStatus(row?.uuid ?? '', 'new');
	await api.waitFor(() => row?.status === 'finished', LONG_MS);
});

test('who asks is judged before what is asked, and the project in the URL must be theirs', async (t) => {
	const api = await start(t);
	const bad = await send(`${api.url}/nonsense`, { headers: { 'x-auth-token': 'bad' } });
	assert.deepEqual([bad.status, bad.headers['www-authenticate']], [401, 'Keystone uri="x"']);
	assert.equal((await send(`${api.url}/abc/segments`)).status, 200);
	const other = await send(`${api.url}/def/segments`);
	assert.equal(other.status, 400);
	assert.match(other.text, /project_id 'def' doesn't match Context's project_id 'abc'/);
});

test('a wait that finds nothing in its time says what it looked for', async (t) => {
	const api = await start(t);
	const waiting = api.waitFor(() => api.calls.length > 7, 1);
	await assert.rejects(waiting, /nothing came in 1 ms: .*api\.calls/);
});

test('stopped, it refuses connections, and has its rows when it listens again', async (t) => {
	const api = await start(t);
	await post(api, 'n1', HARMLESS);
	await api.stopListening();
	await assert.rejects(post(api, 'n1', HARMLESS), { code: 'ECONNREFUSED' });
	await api.listenAgain();
	assert.equal(jsonOf(await send(`${api.url}/notifications`), 'notifications', 0, 'id'), 1);
});

test('the date header goes by the clock, plus what it is skewed by', async (t) => {
	const api = await start(t);
	assert.equal((await send(`${api.url}/segments`)).headers.date, 'Fri, 02 Jan 2026 03:04:05 GMT');
	api.skewDate(-60_000);
	assert.equal((await send(`${api.url}/segments`)).headers.date, 'Fri, 02 Jan 2026 03:03:05 GMT');
	await post(api, 'n1', HARMLESS);
	assert.equal(api.notifications[0]?.createdAt, NOW);
});

test('records what was asked and how it was answered, and tells of it', async (t) => {
	const api = await start(t);
	const told: string[] = [];
	const stop = api.on('answer', ({ method, status }) => told.push(`${method} ${status}`));
	await send(`${api.url}/segments?limit=1`, { headers: { 'x-auth-token': 'T' } });
	await send(`${api.url}/notifications`, { method: 'POST', body: '{' });
	stop();
	await send(`${api.url}/segments`);
	assert.deepEqual(told, ['GET 200', 'POST 400']);
	const [get, refusal] = api.calls;
	assert.deepEqual([get?.target, get?.headers['x-auth-token']], ['/v1/segments?limit=1', 'T']);
	assert.deepEqual([get?.at, refusal?.body], [NOW, '{']);
});
