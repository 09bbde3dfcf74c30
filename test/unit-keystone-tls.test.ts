import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { issueToken } from '../handlers/lib/io/keystone.ts';
import type { Cloud } from '../handlers/lib/schema/cloud.ts';
import { cloudAt, secret } from './fixtures/clouds.ts';
import { type Loopback, listen, tlsFile } from './loopback.ts';

const { signal } = new AbortController();
const limits = { signal, timeoutMs: 60_000, connectTimeoutMs: 60_000, now: Date.now };
const token = '{"token":{"expires_at":"2026-11-22T13:00:00.000000Z"}}';
const head = 'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nX-Subject-Token: t\r\n';

/** A Keystone behind TLS, that gives one token. */
async function serve(t: TestContext): Promise<Loopback> {
	return await listen(t, 'https', ({ socket, spoken }) => {
		void spoken.then(() => socket.end(`${head}Content-Length: ${token.length}\r\n\r\n${token}`));
	});
}

const secure: readonly { name: string; tls: Cloud['tls']; ok: boolean }[] = [
	{ name: 'trusts the certificates of cacert', tls: { caFile: tlsFile('ca.pem') }, ok: true },
	{ name: 'trusts no others', tls: { caFile: tlsFile('other-ca.pem') }, ok: false },
	{ name: 'trusts nobody unknown by itself', tls: {}, ok: false },
	{ name: 'checks nothing where the cloud says so', tls: { insecure: true }, ok: true },
];
for (const { name, tls, ok } of secure) {
	test(`Keystone behind TLS: ${name}, and sends no password to anybody else (I7)`, async (t) => {
		const server = await serve(t);
		const cloud = cloudAt(`${server.url}/v3`, { endpoint: 'http://m/v1', tls });
		const issued = await issueToken(cloud, limits).then(
			(kept) => kept.token,
			(error: unknown) => String(error),
		);
		assert.match(issued, ok ? /^t$/ : /: Keystone 127\.0\.0\.1:\d+: .*TLS: /);
		const received = server.peers.flatMap(({ chunks }) => chunks.map(String)).join('');
		assert.equal(received.includes(secret), ok);
	});
}
