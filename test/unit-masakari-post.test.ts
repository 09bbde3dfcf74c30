import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { decideNotification } from '../handlers/lib/decide/notification.ts';
import { openMasakari } from '../handlers/lib/io/masakari.ts';
import { listen, type Peer } from './loopback.ts';

const notification = decideNotification('n1', 'STOPPED', '2026-11-22T12:50:18Z', 'NORMAL');
const ok = '{"notification":{"notification_uuid":"n-1","status":"new"}}';
const answer = (status: string, body: string, type = 'application/json') =>
	`HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** A connection that waits for its one POST, and the server's end of it. */
async function connected(t: TestContext, serve?: (peer: Peer) => void) {
	t.mock.timers.enable({ apis: ['setTimeout'] }); // no timeout but where a test says so
	const server = await listen(t, 'http', serve);
	const stop = new AbortController();
	const arrived = server.peer();
	const renewed: boolean[] = [];
	const auth = async (renew: boolean) => {
		renewed.push(renew);
		return { endpoint: `${server.url}/v1/p-1`, headers: { 'X-Auth-Token': 't' } };
	};
	const masakari = openMasakari({ auth: 'keystone', cloud: 'c' }, { signal: stop.signal, auth });
	const connection = await masakari.connect();
	assert.ok(connection.ok);
	return { connection, masakari, stop, renewed, peer: await arrived, host: server.host };
}

test('connecting writes nothing, and a POST is one write', async (t) => {
	const { connection, peer, host } = await connected(t);
	assert.deepEqual(peer.chunks, []);
	const posted = connection.post(notification);
	await peer.spoken;
	peer.socket.end(answer('202 Accepted', ok));
	assert.deepEqual(await posted, { kind: 'accepted', uuid: 'n-1', status: 'new' });
	assert.equal(peer.chunks.length, 1);
	assert.deepEqual(String(peer.chunks[0]).split('\r\n'), [
		'POST /v1/p-1/notifications HTTP/1.1',
		'Accept: application/json',
		'Content-Type: application/json',
		'OpenStack-API-Version: instance-ha 1.0',
		'X-Auth-Token: t',
		`Host: ${host}`,
		'Connection: close',
		`Content-Length: ${JSON.stringify(notification).length}`,
		'',
		JSON.stringify(notification),
	]);
	assert.equal(await peer.ended, 'FIN');
});

const answers: { name: string; raw: string; kind: string }[] = [
	{ name: 'a 202 that is a page', raw: answer('202 Accepted', ok, 'text/html'), kind: 'ambiguous' },
	{ name: 'half of a 202', raw: answer('202 Accepted', ok.slice(0, 30)), kind: 'ambiguous' },
	{
		name: 'a 202 of an unknown status',
		raw: answer('202 A', ok.replace('new', 'x')),
		kind: 'ambiguous',
	},
	{ name: 'a connection that is closed', raw: '', kind: 'ambiguous' },
	{ name: 'a 400', raw: answer('400 Bad Request', '{}'), kind: 'refused' },
	{ name: 'a 503 page', raw: answer('503 Busy', '<html>', 'text/html'), kind: 'refused' },
];
for (const { name, raw, kind } of answers) {
	test(`a POST that meets ${name} is ${kind}`, async (t) => {
		const { connection } = await connected(t, ({ socket, spoken }) => {
			void spoken.then(() => socket.end(raw));
		});
		assert.equal((await connection.post(notification)).kind, kind);
	});
}

test('a POST whose connection is reset before anybody read it proves nothing', async (t) => {
	const { connection, peer } = await connected(t);
	peer.socket.pause();
	const posted = connection.post(notification);
	await new Promise((resolve) => setImmediate(resolve));
	peer.socket.resetAndDestroy();
	assert.equal((await posted).kind, 'ambiguous');
	assert.deepEqual(peer.chunks, []);
});

test('a POST that hangs ends after 15 s in a reset, and proves nothing', async (t) => {
	const { connection, peer, host } = await connected(t);
	const posted = connection.post(notification);
	await peer.spoken;
	t.mock.timers.tick(15_000);
	const error = `POST ${host}/v1/p-1/notifications: no complete answer within 15000 ms`;
	assert.deepEqual(await posted, { kind: 'ambiguous', error, scope: 'controller' });
	assert.equal(await peer.ended, 'RST');
});

test('a POST that is aborted ends in a reset, and proves nothing', async (t) => {
	const { connection, peer, stop } = await connected(t);
	const posted = connection.post(notification);
	await peer.spoken;
	stop.abort();
	assert.equal((await posted).kind, 'ambiguous');
	assert.equal(await peer.ended, 'RST');
});

for (const end of ['aborted', 'closed'] as const) {
	test(`what is ${end} before the POST was not sent`, async (t) => {
		const { connection, peer, stop } = await connected(t);
		if (end === 'aborted') stop.abort();
		else connection.close();
		assert.equal((await connection.post(notification)).kind, 'unsent');
		assert.equal(await peer.ended, 'RST');
		assert.deepEqual(peer.chunks, []);
	});
}

test('a connection posts once', async (t) => {
	const { connection, peer } = await connected(t);
	const posted = connection.post(notification);
	await assert.rejects(connection.post(notification), /posts once/);
	await peer.spoken;
	peer.socket.end(answer('202 Accepted', ok));
	assert.equal((await posted).kind, 'accepted');
	assert.equal(peer.chunks.length, 1);
});

test('after a 401 the next connection has a new token', async (t) => {
	const { connection, masakari, renewed } = await connected(t, ({ socket, spoken }) => {
		void spoken.then(() => socket.end(answer('401 Unauthorized', '{}')));
	});
	const { kind } = await connection.post(notification);
	assert.equal(kind, 'refused');
	for (const next of [await masakari.connect(), await masakari.connect()]) {
		if (next.ok) next.close();
	}
	assert.deepEqual(renewed, [false, true, false]);
});

test('no connection is an answer, with its reason', async () => {
	const { signal } = new AbortController();
	const address = { auth: 'none', endpoint: 'http://127.0.0.1:1/v1', tls: {} } as const;
	const expected = { ok: false, error: '127.0.0.1:1: connection refused' };
	assert.deepEqual(await openMasakari(address, { signal }).connect(), expected);
});
