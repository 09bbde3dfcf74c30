import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { request } from '../handlers/lib/io/http.ts';
import { factsOf, failureOf, listen } from './loopback.ts';

const { signal } = new AbortController();

/** A server that sends these pieces, each after the one before was written out, then ends. */
async function answering(t: TestContext, pieces: readonly string[], end = true) {
	const server = await listen(t, 'http', ({ socket, spoken }) => {
		const send = ([piece, ...rest]: readonly string[]) => {
			if (piece !== undefined) socket.write(piece, () => setImmediate(send, rest));
			else if (end) socket.end();
		};
		void spoken.then(() => send(pieces));
	});
	return {
		...server,
		get: () =>
			request({
				url: server.url,
				method: 'GET',
				timeoutMs: 60_000,
				connectTimeoutMs: 60_000,
				signal,
			}),
	};
}

const json = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const complete: { name: string; pieces: string[] }[] = [
	{ name: 'whole', pieces: [`${json}Content-Length: 7\r\n\r\n{"a":1}`] },
	{
		name: 'slow',
		pieces: ['HTTP/1.1 200 OK\r\nCont', json.slice(21), 'Content-Length: 7\r\n\r\n{"a', '":1}'],
	},
	{
		name: 'chunked',
		pieces: [`${json}Transfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n`, '4\r\n":1}\r\n0\r\n\r\n'],
	},
	{ name: 'ended by FIN', pieces: [`${json}\r\n{"a"`, ':1}'] },
	{
		name: 'preceded by 100 Continue',
		pieces: ['HTTP/1.1 100 Continue\r\n\r\n', `${json}\r\n{"a":1}`],
	},
];
for (const { name, pieces } of complete) {
	test(`an answer that is ${name} is read to its end`, async (t) => {
		const { get } = await answering(t, pieces);
		assert.deepEqual((await get()).json(), { a: 1 });
	});
}

const broken: { name: string; pieces: string[]; kind: string; end?: boolean }[] = [
	{ name: 'closed without a word', pieces: [], kind: 'reset' },
	{ name: 'cut short', pieces: [`${json}Content-Length: 70\r\n\r\n{"a":1}`], kind: 'reset' },
	{
		name: 'cut between chunks',
		pieces: [`${json}Transfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n`],
		kind: 'reset',
	},
	{ name: 'not HTTP', pieces: ['* OK IMAP4rev1\r\n'], kind: 'protocol' },
	{
		name: 'of two lengths',
		pieces: [`${json}Content-Length: 7\r\nContent-Length: 8\r\n\r\n{"a":1}`],
		kind: 'protocol',
	},
	{
		name: 'of endless headers',
		pieces: [`${json}X: ${'x'.repeat(20_000)}`],
		kind: 'too-large',
		end: false,
	},
	{
		name: 'an upgrade',
		pieces: ['HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
		kind: 'reset',
	},
];
for (const { name, pieces, kind, end } of broken) {
	test(`an answer that is ${name} is a failure after writing`, async (t) => {
		const { get } = await answering(t, pieces, end);
		assert.deepEqual(factsOf(await failureOf(get())), { phase: 'written', kind });
	});
}

const notJson: { name: string; type: string; body: string; message: RegExp }[] = [
	{
		name: 'HTML',
		type: 'text/html; charset=UTF-8',
		body: '<html>',
		message: /is not JSON but text\/html/,
	},
	{
		name: 'JSON by no content type',
		type: '',
		body: '{}',
		message: /is not JSON but no content type/,
	},
	{
		name: 'half of JSON',
		type: 'application/json',
		body: '{"token":"s3cret',
		message: /says it is JSON and is not$/,
	},
];
for (const { name, type, body, message } of notJson) {
	test(`${name} is not read as JSON, and is text all the same`, async (t) => {
		const header = type === '' ? '' : `Content-Type: ${type}\r\n`;
		const { get } = await answering(t, [`HTTP/1.1 503 Busy\r\n${header}\r\n${body}`]);
		const response = await get();
		assert.equal(response.text(), body);
		assert.throws(() => response.json(), { name: 'HttpError', kind: 'protocol', message });
	});
}

test('the time of the answer is that of its headers', async (t) => {
	const { url } = await answering(t, ['HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n', 'a', 'b']);
	let time = 100;
	const response = await request({
		url,
		method: 'GET',
		timeoutMs: 60_000,
		connectTimeoutMs: 60_000,
		signal,
		now: () => time++,
	});
	assert.equal(response.receivedAt, 100);
	assert.equal(response.headers['x-a'], '1');
});
