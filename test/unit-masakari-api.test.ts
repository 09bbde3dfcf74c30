import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type MasakariApi, startMasakariApi } from '../scripts/lib/masakari-api.ts';
import { HARMLESS } from './fixtures/contract-server.ts';
import { jsonOf, type Reply, send } from './fixtures/raw-request.ts';

const LONG_MS = 30_000;

async function start(t: TestContext): Promise<MasakariApi> {
	const api = await startMasakariApi({ hosts: ['n1'] });
	t.after(api.close);
	return api;
}

function post(api: MasakariApi, payload = HARMLESS, signal?: AbortSignal): Promise<Reply> {
	const generated_time = '2026-01-02T03:04:00Z';
	const body = { notification: { type: 'COMPUTE_HOST', hostname: 'n1', generated_time, payload } };
	return send(`${api.url}/notifications`, { method: 'POST', body, ...(signal && { signal }) });
}

const refused = { code: /^ECONN(RESET|REFUSED)$/ };

test('answers with a fault once, and truly the next time', async (t) => {
	const api = await start(t);
	const headers = { 'content-type': 'text/html', 'retry-after': '7' };
	const fault = api.fault({ at: 'before', act: { status: 503, headers, body: '<html>' } });
	const reply = await post(api);
	assert.deepEqual([reply.status, reply.text], [503, '<html>']);
	assert.equal(reply.headers['retry-after'], '7');
	assert.equal(api.notifications.length, 0);
	assert.equal((await post(api)).status, 202);
	assert.deepEqual(fault.met, api.calls.slice(0, 1));
});

test('a fault meets the requests it is for, as often as it says, until it is cleared', async (t) => {
	const api = await start(t);
	const fault = api.fault({
		at: 'before',
		act: { status: 500 },
		method: 'GET',
		target: /^\/v1\/segments/,
		times: Number.POSITIVE_INFINITY,
		when: ({ headers }) => headers['x-auth-token'] === 'bad',
	});
	const bad = { headers: { 'x-auth-token': 'bad' } };
	const statuses = async () =>
		Promise.all([
			send(`${api.url}/segments`, bad).then(({ status }) => status),
			send(`${api.url}/notifications`, bad).then(({ status }) => status),
			send(`${api.url}/segments`).then(({ status }) => status),
		]);
	assert.deepEqual(await statuses(), [500, 200, 200]);
	assert.deepEqual(await statuses(), [500, 200, 200]);
	fault.clear();
	assert.deepEqual(await statuses(), [200, 200, 200]);
});

test('a 500 after creating leaves a row behind', async (t) => {
	const api = await start(t);
	api.fault({ at: 'after', act: { status: 500, body: '{"masakariFault": {"code": 500}}' } });
	assert.equal((await post(api)).status, 500);
	assert.equal(api.notifications.length, 1);
	assert.equal((await post(api)).status, 409);
});

for (const act of ['reset', 'close'] as const) {
	for (const [at, body, rows] of [
		['arrival', false, 0],
		['before', true, 0],
		['after', true, 1],
	] as const) {
		test(`${act} at ${at} ends the connection with ${rows} rows made`, async (t) => {
			const api = await start(t);
			api.fault({ at, act });
			await assert.rejects(post(api), refused);
			const [call] = api.calls;
			assert.equal(call?.status, null);
			assert.equal(call?.body !== null, body);
			assert.equal(api.notifications.length, rows);
		});
	}
}

test('an answer can end in the middle, and be no HTTP at all', async (t) => {
	const api = await start(t);
	api.fault({ at: 'after', act: { status: 202, body: '{"notification": {}}', cut: true } });
	await assert.rejects(post(api), refused);
	api.fault({ at: 'after', act: { raw: 'this is no HTTP\r\n\r\n' } });
	await assert.rejects(post(api), { code: /^HPE_/ });
});

test('with the broker away the row is there at once, and the POST hangs until it is let go', async (t) => {
	const api = await start(t);
	const fault = api.fault({ at: 'after', act: 'hang' });
	const hanging = post(api);
	await api.waitFor(() => api.notifications.length === 1, LONG_MS);
	const second = await post(api);
	assert.match(String(jsonOf(second, 'conflictingRequest', 'message')), /is duplicate/);
	assert.equal(api.calls[0]?.status, null);
	fault.release();
	assert.equal((await hanging).status, 202);
});

test('a request that is held goes on without its client when it is let go', async (t) => {
	const api = await start(t);
	const fault = api.fault({ at: 'before', act: 'hang' });
	const client = new AbortController();
	const hanging = post(api, HARMLESS, client.signal);
	await api.waitFor(() => fault.met.length === 1, LONG_MS);
	assert.equal(api.notifications.length, 0);
	client.abort();
	await assert.rejects(hanging, { name: 'AbortError' });
	await api.waitFor(() => api.calls[0]?.gone, LONG_MS);
	fault.release();
	await api.waitFor(() => api.notifications.length === 1, LONG_MS);
	assert.equal(api.calls[0]?.status, null);
});

test('close ends requests that hang', async (t) => {
	const api = await start(t);
	api.fault({ at: 'before', act: 'hang' });
	const hanging = assert.rejects(post(api), refused);
	await api.waitFor(() => api.calls.length === 1, LONG_MS);
	await api.close();
	await hanging;
});
