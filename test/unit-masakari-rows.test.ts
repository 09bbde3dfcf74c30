import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMasakari } from '../handlers/lib/io/masakari.ts';
import { type Answer, serveJson } from './json-server.ts';

const { signal } = new AbortController();
const limits = { signal, getTimeoutMs: 60_000, connectTimeoutMs: 60_000 };
const open = (endpoint: string) => openMasakari({ auth: 'none', endpoint, tls: {} }, limits);
const row = {
	...{ id: 7, notification_uuid: 'n-7', source_host_uuid: 'h-1', status: 'new' },
	...{ generated_time: '2026-11-22T12:50:18.000000', payload: { event: 'STOPPED' } },
};

test('a look-up asks for the rows of one host since one time', async (t) => {
	const server = await serveJson(t, () => ({ json: { notifications: [row] } }));
	const found = await open(server.endpoint).lookUp('h-1', '2026-11-22T14:50:18+02:00');
	assert.deepEqual(found.ok && found.rows.map(({ uuid }) => uuid), ['n-7']);
	const query = 'source_host_uuid=h-1&type=COMPUTE_HOST&generated-since=';
	const since = '2026-11-22T14%3A50%3A18%2B02%3A00';
	assert.deepEqual(
		server.asked.map(({ url }) => url.href),
		[`http://test/v1/notifications?${query}${since}&limit=1000`],
	);
});

for (const uuid of [undefined, '']) {
	test(`a look-up of an unknown host (${JSON.stringify(uuid)}) finds nothing out`, async (t) => {
		const server = await serveJson(t, () => ({ json: { notifications: [row] } }));
		const found = await open(server.endpoint).lookUp(uuid, '2026-11-22T12:00:00Z');
		assert.deepEqual(found, { ok: false, error: 'Masakari knows no such host' });
		assert.deepEqual(server.asked, []);
	});
}

const statuses: { name: string; answer: Answer; expected: object }[] = [
	{
		name: 'a row is its status',
		answer: { json: { notification: { ...row, status: 'running' } } },
		expected: { ok: true, status: 'running' },
	},
	{
		name: 'a status nobody knows is an error',
		answer: { json: { notification: { ...row, status: 'undone' } } },
		expected: {
			ok: false,
			error: `/notifications/n-7: /notification/status expected one of: ${[
				...['new', 'running', 'error', 'finished', 'failed', 'ignored'],
			].join(', ')}`,
		},
	},
	{
		name: '404 of Masakari’s own means gone',
		answer: { status: 404, json: { itemNotFound: { code: 404, message: 'No such' } } },
		expected: { ok: false, error: 'Masakari has no such notification', gone: true },
	},
	{
		name: '404 of somebody else’s does not',
		answer: { status: 404, raw: '<html>' },
		expected: { ok: false, error: 'GET /notifications/n-7: 404 Not Found' },
	},
];
for (const { name, answer, expected } of statuses) {
	test(`asked for a status: ${name}`, async (t) => {
		const server = await serveJson(t, () => answer);
		assert.deepEqual(await open(server.endpoint).readStatus('n-7'), expected);
		const [asked] = server.asked;
		assert.equal(asked?.url.pathname, '/v1/notifications/n-7');
		assert.equal(asked?.headers['openstack-api-version'], 'instance-ha 1.0');
	});
}

/** Tokens by the order of asking; Masakari takes those in `valid`. */
async function withTokens(t: Parameters<typeof serveJson>[0], valid: readonly string[]) {
	const renewed: boolean[] = [];
	const server = await serveJson(t, () => {
		const token = String(server.asked.at(-1)?.headers['x-auth-token']);
		const json = { notification: row, error: { message: 'token?' } };
		return valid.includes(token) ? { json } : { status: 401, json: { error: json.error } };
	});
	const auth = async (renew: boolean) => {
		renewed.push(renew);
		return { endpoint: server.endpoint, headers: { 'X-Auth-Token': `t${renewed.length}` } };
	};
	const masakari = openMasakari({ auth: 'keystone', cloud: 'c' }, { ...limits, auth });
	return { masakari, renewed };
}

test('a token that is refused is renewed once, and the request made again', async (t) => {
	const { masakari, renewed } = await withTokens(t, ['t2']);
	assert.deepEqual(await masakari.readStatus('n-7'), { ok: true, status: 'new' });
	assert.deepEqual(renewed, [false, true]);
});

test('a new token that is refused too is an error', async (t) => {
	const { masakari, renewed } = await withTokens(t, []);
	assert.deepEqual(await masakari.readStatus('n-7'), {
		ok: false,
		error: 'GET /notifications/n-7: 401 token?',
	});
	assert.deepEqual(renewed, [false, true]);
});

test('where no token can be had, the reason is told', async () => {
	const auth = () => Promise.reject(new Error('Keystone says no'));
	const masakari = openMasakari({ auth: 'keystone', cloud: 'c' }, { ...limits, auth });
	const no = { ok: false, error: 'Keystone says no' };
	assert.deepEqual(await masakari.readFacts(Date.now), no);
	assert.deepEqual(await masakari.lookUp('h', '2026-11-22T12:00:00Z'), no);
	assert.deepEqual(await masakari.readStatus('n'), no);
	assert.deepEqual(await masakari.connect(), no);
});
