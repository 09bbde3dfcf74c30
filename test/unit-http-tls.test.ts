import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { TLSSocketOptions } from 'node:tls';
import { request, type TlsFiles } from '../handlers/lib/io/http.ts';
import { factsOf, failureOf, listen, type Peer, tlsFile } from './loopback.ts';

const { signal } = new AbortController();
const caFile = tlsFile('ca.pem');
const client = { certFile: tlsFile('client.pem'), keyFile: tlsFile('client.key') };
const askForClient: TLSSocketOptions = {
	requestCert: true,
	rejectUnauthorized: true,
	ca: readFileSync(caFile),
};
const answer = ({ socket, spoken }: Peer) => {
	void spoken.then(() => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
};
const get = (url: string, tls?: TlsFiles) =>
	request({ url, method: 'GET', tls, timeoutMs: 60_000, connectTimeoutMs: 60_000, signal });

const accepted: { name: string; tls: TlsFiles; server?: TLSSocketOptions; host?: string }[] = [
	{ name: 'a certificate of our authority', tls: { caFile } },
	{ name: 'a certificate by host name', tls: { caFile }, host: 'localhost' },
	{ name: 'any certificate when told to', tls: { insecure: true } },
	{ name: 'a server that asks for ours', tls: { caFile, ...client }, server: askForClient },
];
for (const { name, tls, server, host = '127.0.0.1' } of accepted) {
	test(`accepts ${name}`, async (t) => {
		const { url } = await listen(t, 'https', answer, server);
		assert.equal((await get(url.replace('127.0.0.1', host), tls)).status, 204);
	});
}

const refused: { name: string; tls?: TlsFiles; message: RegExp }[] = [
	{ name: 'an unknown authority', message: /TLS: .*unable to verify the first certificate/i },
	{
		name: 'the wrong authority',
		tls: { caFile: tlsFile('other-ca.pem') },
		message: /TLS: .*certificate/,
	},
	{
		name: 'a CA file that is not there',
		tls: { caFile: '/nonexistent/ca.pem' },
		message: /cannot read \/nonexistent\/ca\.pem: ENOENT/,
	},
	{
		name: 'a certificate that does not fit its key',
		tls: { caFile, certFile: client.certFile, keyFile: tlsFile('server.key') },
		message: /TLS: key values mismatch/i,
	},
	{
		name: 'a key file that holds no key',
		tls: { caFile, certFile: client.certFile, keyFile: caFile },
		message: /TLS: /,
	},
];
for (const { name, tls, message } of refused) {
	test(`stops before writing at ${name}`, async (t) => {
		const server = await listen(t, 'https', answer);
		const error = await failureOf(get(server.url, tls));
		assert.deepEqual(factsOf(error), { phase: 'connect', kind: 'tls' });
		assert.match(error.message, message);
		for (const { chunks } of server.peers) assert.deepEqual(chunks, []);
	});
}

test('plain HTTP behind an https address stops before writing', async (t) => {
	const server = await listen(t, 'http', ({ socket, spoken }) => {
		void spoken.then(() => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
	});
	const error = await failureOf(get(`https://${server.host}`, { caFile }));
	assert.deepEqual(factsOf(error), { phase: 'connect', kind: 'tls' });
});

test('TLS 1.3 refuses a client only after the request was written', async (t) => {
	const { url } = await listen(t, 'https', answer, { ...askForClient, minVersion: 'TLSv1.3' });
	assert.equal((await failureOf(get(url, { caFile }))).phase, 'written');
});
