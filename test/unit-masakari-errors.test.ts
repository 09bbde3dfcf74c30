import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '../handlers/lib/errors.ts';
import { openMasakari } from '../handlers/lib/io/masakari.ts';
import { readMasakariFacts } from '../handlers/lib/io/masakari-facts.ts';
import { type Answer, serveJson } from './json-server.ts';
import { listen } from './loopback.ts';

const { signal } = new AbortController();
const open = (endpoint: string, getTimeoutMs = 60_000) =>
	openMasakari(
		{ auth: 'none', endpoint, tls: {} },
		{ signal, getTimeoutMs, connectTimeoutMs: 60_000 },
	);
const date = { Date: 'Sun, 22 Nov 2026 12:00:00 GMT' };
const segment = { id: 1, uuid: 's-1', name: 'az1' };

const answers: { name: string; answer: Answer; error: RegExp }[] = [
	{
		name: 'a fault of Masakari’s',
		answer: { status: 500, json: { masakariFault: { code: 500, message: 'no\ndatabase' } } },
		error: /^GET \/segments: 500 no database$/,
	},
	{
		name: 'a page of a proxy',
		answer: { status: 503, raw: '<html><h1>secret internals</h1></html>' },
		error: /^GET \/segments: 503 Service Unavailable$/,
	},
	{
		name: 'a page that claims success',
		answer: { raw: '<html>' },
		error: /^GET 127\.0\.0\.1:\d+\/v1\/segments: the answer is not JSON but text\/html$/,
	},
	{
		name: 'a list that is none',
		answer: { json: { segments: {} } },
		error: /^GET \/segments: \/segments is an object, expected a list$/,
	},
	{
		name: 'a row that lacks something',
		answer: { json: { segments: [{ id: 1, name: 'az1' }] } },
		error: /^GET \/segments: \/segments\/0 has no "uuid", expected a uuid$/,
	},
	{
		name: 'a uuid that is a path',
		answer: { json: { segments: [{ ...segment, uuid: '../../v3' }] } },
		error: /^GET \/segments: \/segments\/0\/uuid expected a uuid$/,
	},
];
for (const { name, answer, error } of answers) {
	test(`${name} is no fact but an error`, async (t) => {
		const { endpoint } = await serveJson(t, () => answer);
		const facts = await open(endpoint).readFacts(Date.now);
		assert.match(facts.ok ? '' : facts.error, error);
	});
}

test('no Masakari is an error that names the address', async () => {
	const facts = await open('http://127.0.0.1:1/v1').readFacts(Date.now);
	assert.deepEqual(facts, { ok: false, error: 'GET 127.0.0.1:1/v1/segments: connection refused' });
});

test('a Masakari that does not answer is an error after the timeout', async (t) => {
	t.mock.timers.enable({ apis: ['setTimeout'] });
	const server = await listen(t, 'http');
	const arrived = server.peer();
	const read = open(`${server.url}/v1`, 5000).readFacts(Date.now);
	const peer = await arrived;
	await peer.spoken;
	t.mock.timers.tick(5000);
	const error = `GET ${server.host}/v1/segments: no complete answer within 5000 ms`;
	assert.deepEqual(await read, { ok: false, error });
	assert.equal(await peer.ended, 'RST');
});

test('where one of many requests fails, the others are cut off', async (t) => {
	const two = [segment, { ...segment, id: 2, uuid: 's-2' }];
	const server = await serveJson(t, ({ pathname }) => {
		if (pathname === '/v1/segments') return { json: { segments: two } };
		if (pathname === '/v1/notifications') return { json: { notifications: [] } };
		if (pathname === '/v1/segments/s-1/hosts') return { hang: true };
		return { status: 500, json: {} };
	});
	const facts = await open(server.endpoint).readFacts(Date.now);
	assert.equal(facts.ok, false);
	await server.cutOff;
});

test('where nothing answers, three requests wait for it: the lists are asked at once', () => {
	const asked: string[] = [];
	const never = (path: string) => {
		asked.push(path.split('?')[0] ?? '');
		return new Promise<never>(() => {});
	};
	void readMasakariFacts(never, Date.now);
	assert.deepEqual(asked, ['/segments', '/notifications', '/notifications']);
});

test('answers without a Date are an error: the clock could not be judged', async (t) => {
	const server = await listen(t, 'http', ({ socket, spoken }) => {
		const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n';
		const body = '{"segments":[],"notifications":[]}';
		void spoken.then(() => socket.end(`${head}${body}`));
	});
	const facts = await open(`${server.url}/v1`).readFacts(Date.now);
	assert.match(facts.ok ? '' : facts.error, /carry no Date/);
});

test('a time that does not exist is an error', async (t) => {
	const row = {
		...{ id: 1, notification_uuid: 'n', source_host_uuid: 'h', payload: null, status: 'new' },
		generated_time: '2026-13-40T12:00:00',
	};
	const { endpoint } = await serveJson(t, () => ({
		json: { notifications: [row] },
		headers: date,
	}));
	assert.deepEqual(await open(endpoint).lookUp('h', '2026-11-22T12:00:00Z'), {
		ok: false,
		error: 'GET /notifications: generated_time is no time that exists',
	});
});

test('a cloud without Keystone is an error of the configuration', () => {
	assert.throws(
		() => openMasakari({ auth: 'keystone', cloud: 'monitor' }, { signal }),
		ConfigError,
	);
});
