import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { request } from '../handlers/lib/io/http.ts';
import { factsOf, failureOf, listen, tlsFile } from './loopback.ts';

const tls = { caFile: tlsFile('ca.pem') };
const { signal } = new AbortController();

for (const scheme of ['http', 'https'] as const) {
	test(`${scheme}: headers and body leave in one write, and the answer ends the connection`, async (t) => {
		const server = await listen(t, scheme, ({ socket, spoken }) => {
			void spoken.then(() => socket.write('HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok'));
		});
		const arrived = server.peer();
		const response = await request({
			url: `${server.url}/v1/notifications?a=b%2Bc`,
			method: 'POST',
			headers: { 'Content-Type': 'application/json', Connection: 'keep-alive' },
			body: '{"name":"Zürich"}',
			tls,
			timeoutMs: 60_000,
			connectTimeoutMs: 60_000,
			signal,
		});
		assert.equal(response.status, 202);
		assert.equal(response.statusText, 'Accepted');
		assert.equal(response.text(), 'ok');
		const { chunks, ended } = await arrived;
		assert.equal(chunks.length, 1);
		assert.deepEqual(String(chunks[0]).split('\r\n'), [
			'POST /v1/notifications?a=b%2Bc HTTP/1.1',
			'Content-Type: application/json',
			'Connection: close',
			`Host: ${server.host}`,
			'Content-Length: 18',
			'',
			'{"name":"Zürich"}',
		]);
		assert.equal(await ended, 'FIN');
		assert.equal(getEventListeners(signal, 'abort').length, 0);
	});
}

test('no failure shows a header, a query or a body', async (t) => {
	const server = await listen(t, 'http', ({ socket, spoken }) => {
		void spoken.then(() =>
			socket.end('HTTP/1.1 200 OK\r\nX-Subject-Token: s3cret\r\nContent-Length: x'),
		);
	});
	const ask = (token: string) =>
		failureOf(
			request({
				url: `http://user:s3cret@${server.host}/a?token=s3cret`,
				method: 'POST',
				headers: { 'X-Auth-Token': token },
				body: 's3cret',
				timeoutMs: 60_000,
				connectTimeoutMs: 60_000,
				signal,
			}),
		);
	const [sent, unsent] = [await ask('s3cret'), await ask('s3cret\n')];
	assert.deepEqual(factsOf(sent), { phase: 'written', kind: 'protocol' });
	assert.deepEqual(factsOf(unsent), { phase: 'connect', kind: 'protocol' });
	for (const error of [sent, unsent]) {
		assert.match(error.message, new RegExp(`^POST ${server.host}/a: `));
		assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /s3cret/);
	}
});
