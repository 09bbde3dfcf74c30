import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { test } from 'node:test';
import { openLink } from '../handlers/lib/io/connection.ts';
import { exchange } from '../handlers/lib/io/exchange.ts';
import { openConnection, request } from '../handlers/lib/io/http.ts';
import { factsOf, failureOf, listen, tlsFile } from './loopback.ts';

const tls = { caFile: tlsFile('ca.pem') };

/** A failure that proves that not a byte of the request was handed to a socket. */
const unsent = (kind: string) => ({ phase: 'connect', kind });

for (const scheme of ['http', 'https'] as const) {
	test(`${scheme}: closing an unused connection resets it, and nothing was written`, async (t) => {
		const server = await listen(t, scheme);
		const arrived = server.peer();
		const { signal } = new AbortController();
		const connection = await openConnection(server.url, { tls, timeoutMs: 60_000, signal });
		connection.close();
		const peer = await arrived;
		assert.equal(await peer.ended, 'RST');
		assert.deepEqual(peer.chunks, []);
		const late = failureOf(connection.request({ method: 'GET', path: '/', timeoutMs: 1, signal }));
		assert.deepEqual(factsOf(await late), { phase: 'connect', kind: 'aborted' });
		assert.equal(getEventListeners(signal, 'abort').length, 0);
	});

	test(`${scheme}: an abort while the connection waits resets it, and nothing goes out`, async (t) => {
		const server = await listen(t, scheme);
		const arrived = server.peer();
		const stop = new AbortController();
		const { signal } = stop;
		const connection = await openConnection(server.url, { tls, timeoutMs: 60_000, signal });
		stop.abort();
		const late = failureOf(connection.request({ method: 'GET', path: '/', timeoutMs: 1, signal }));
		assert.deepEqual(factsOf(await late), { phase: 'connect', kind: 'aborted' });
		const peer = await arrived;
		assert.equal(await peer.ended, 'RST');
		assert.deepEqual(peer.chunks, []);
	});

	test(`${scheme}: a reset in the moment after the server's FIN is a reset all the same`, async (t) => {
		const server = await listen(t, scheme, ({ socket }) => {
			if (scheme === 'https') socket.once('secure', () => socket.end());
			else socket.end();
		});
		const arrived = server.peer();
		const { signal } = new AbortController();
		const link = await openLink(new URL(server.url), { tls, timeoutMs: 60_000, signal });
		if (!link.socket.readableEnded) await once(link.socket, 'end');
		link.reset();
		assert.equal(await (await arrived).ended, 'RST');
	});

	test(`${scheme}: a connection that the server closed while it waited is not written to`, async (t) => {
		const server = await listen(t, scheme, (peer) => {
			if (scheme === 'https') peer.socket.once('secure', () => peer.socket.end());
			else peer.socket.end();
		});
		const { signal } = new AbortController();
		const link = await openLink(new URL(server.url), { tls, timeoutMs: 60_000, signal });
		if (!link.socket.destroyed) await once(link.socket, 'close');
		const post = { method: 'POST', path: '/', body: '{}', timeoutMs: 60_000, signal };
		const failed = failureOf(exchange(link, new URL(server.url), post));
		assert.deepEqual(factsOf(await failed), { phase: 'connect', kind: 'reset' });
	});
}

test('an answer sent before the request is not taken for its answer', async (t) => {
	const timeOut = 'HTTP/1.1 408 Request Time-out\r\nContent-Length: 0\r\n\r\n';
	const server = await listen(t, 'http', (peer) => peer.socket.write(timeOut));
	const { signal } = new AbortController();
	const link = await openLink(new URL(server.url), { timeoutMs: 60_000, signal });
	await once(link.socket, 'readable');
	const post = { method: 'POST', path: '/', body: '{}', timeoutMs: 60_000, signal };
	const failed = failureOf(exchange(link, new URL(server.url), post));
	assert.deepEqual(factsOf(await failed), { phase: 'connect', kind: 'reset' });
});

test('a signal that is aborted before connecting opens no connection', async (t) => {
	const server = await listen(t, 'http');
	const failed = failureOf(
		request({ url: server.url, method: 'GET', timeoutMs: 60_000, signal: AbortSignal.abort() }),
	);
	assert.deepEqual(factsOf(await failed), unsent('aborted'));
	assert.equal(server.peers.length, 0);
});

test('the connect timeout covers TCP', async (t) => {
	t.mock.timers.enable({ apis: ['setTimeout'] });
	const server = await listen(t, 'http');
	const { signal } = new AbortController();
	const failed = failureOf(openConnection(server.url, { timeoutMs: 3000, signal }));
	t.mock.timers.tick(3000);
	const error = await failed;
	assert.deepEqual(factsOf(error), unsent('timeout'));
	assert.equal(error.message, `${server.host}: no connection within 3000 ms`);
	assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('the connect timeout covers a TLS handshake that nobody answers', async (t) => {
	t.mock.timers.enable({ apis: ['setTimeout'] });
	const server = await listen(t, 'http'); // reads the ClientHello and stays silent
	const arrived = server.peer();
	const url = `https://${server.host}/v1/notifications`;
	const { signal } = new AbortController();
	const failed = failureOf(request({ url, method: 'POST', timeoutMs: 15_000, signal }));
	const peer = await arrived;
	await peer.spoken;
	t.mock.timers.tick(3000);
	assert.equal(await peer.ended, 'RST');
	const error = await failed;
	assert.deepEqual(factsOf(error), unsent('timeout'));
	assert.equal(error.message, `POST ${server.host}/v1/notifications: no connection within 3000 ms`);
});

test('an abort in the middle of a TLS handshake resets the connection', async (t) => {
	const server = await listen(t, 'http');
	const arrived = server.peer();
	const stop = new AbortController();
	const url = `https://${server.host}`;
	const failed = failureOf(openConnection(url, { timeoutMs: 60_000, signal: stop.signal }));
	const peer = await arrived;
	await peer.spoken;
	stop.abort();
	assert.equal(await peer.ended, 'RST');
	assert.deepEqual(factsOf(await failed), unsent('aborted'));
});

const nowhere: { name: string; url: string; kind: string }[] = [
	{ name: 'a closed port', url: 'http://127.0.0.1:1/', kind: 'refused' },
	{ name: 'a name that cannot exist', url: `http://${'x'.repeat(64)}.invalid/`, kind: 'dns' },
	{ name: 'another protocol', url: 'ftp://127.0.0.1/', kind: 'protocol' },
	{ name: 'no URL at all', url: 'masakari:s3cret@', kind: 'protocol' },
];
for (const { name, url, kind } of nowhere) {
	test(`${name} is a failure before anything was written`, async () => {
		const { signal } = new AbortController();
		const failed = failureOf(request({ url, method: 'GET', timeoutMs: 60_000, signal }));
		assert.deepEqual(factsOf(await failed), unsent(kind));
	});
}
