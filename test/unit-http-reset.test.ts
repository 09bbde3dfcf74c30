import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { request } from '../handlers/lib/io/http.ts';
import { factsOf, failureOf, listen, tlsFile } from './loopback.ts';

const tls = { caFile: tlsFile('ca.pem') };
const schemes = ['http', 'https'] as const;

/** Starts a POST and returns once the server has read it. */
async function posted(t: TestContext, scheme: 'http' | 'https', maxBytes?: number) {
	const server = await listen(t, scheme);
	const stop = new AbortController();
	const arrived = server.peer();
	const failed = failureOf(
		request({
			url: `${server.url}/v1/notifications?token=s3cret`,
			method: 'POST',
			headers: { 'X-Auth-Token': 's3cret' },
			body: '{"a":1}',
			tls,
			timeoutMs: 15_000,
			connectTimeoutMs: 60_000,
			signal: stop.signal,
			maxBytes,
		}),
	);
	const peer = await arrived;
	await peer.spoken;
	return { peer, failed, stop, target: `POST ${server.host}/v1/notifications` };
}

for (const scheme of schemes) {
	test(`${scheme}: an abort after the write resets the connection`, async (t) => {
		const { peer, failed, stop, target } = await posted(t, scheme);
		stop.abort();
		assert.equal(await peer.ended, 'RST');
		const error = await failed;
		assert.deepEqual(factsOf(error), { phase: 'written', kind: 'aborted' });
		assert.equal(error.message, `${target}: aborted`);
		assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
	});

	test(`${scheme}: a timeout after the write resets the connection`, async (t) => {
		t.mock.timers.enable({ apis: ['setTimeout'] });
		const { peer, failed, target } = await posted(t, scheme);
		t.mock.timers.tick(15_000);
		assert.equal(await peer.ended, 'RST');
		const error = await failed;
		assert.deepEqual(factsOf(error), { phase: 'written', kind: 'timeout' });
		assert.equal(error.message, `${target}: no complete answer within 15000 ms`);
	});

	test(`${scheme}: the timeout covers a body that stops half way`, async (t) => {
		t.mock.timers.enable({ apis: ['setTimeout'] });
		const { peer, failed } = await posted(t, scheme);
		peer.socket.write('HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nhalf');
		await new Promise((resolve) => setImmediate(resolve));
		t.mock.timers.tick(15_000);
		assert.equal(await peer.ended, 'RST');
		assert.equal((await failed).kind, 'timeout');
	});

	test(`${scheme}: a body over the cap resets the connection`, async (t) => {
		const { peer, failed } = await posted(t, scheme, 1000);
		peer.socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1001)}`);
		assert.equal(await peer.ended, 'RST');
		assert.deepEqual(factsOf(await failed), { phase: 'written', kind: 'too-large' });
	});

	test(`${scheme}: rubbish instead of HTTP resets the connection`, async (t) => {
		const { peer, failed } = await posted(t, scheme);
		peer.socket.write('SSH-2.0-OpenSSH_9.2\r\n');
		assert.equal(await peer.ended, 'RST');
		assert.deepEqual(factsOf(await failed), { phase: 'written', kind: 'protocol' });
	});
}

test('an abort resets the connection even if the process exits in the same breath', async (t) => {
	const server = await listen(t, 'https');
	const arrived = server.peer();
	const http = new URL('../handlers/lib/io/http.ts', import.meta.url);
	const script = `
		import { request } from '${http}';
		const stop = new AbortController();
		request({ url: '${server.url}', method: 'POST', body: '{}', timeoutMs: 60_000,
			tls: { caFile: '${tls.caFile}' }, connectTimeoutMs: 60_000,
			signal: stop.signal }).catch(() => {});
		process.stdin.once('data', () => { stop.abort(); process.exit(7); });`;
	const args = ['--import', 'tsx', '--input-type=module', '-e', script];
	const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] });
	const exited = once(child, 'exit');
	const peer = await arrived;
	await peer.spoken;
	child.stdin.end('now');
	assert.equal(await peer.ended, 'RST');
	assert.deepEqual(await exited, [7, null]);
});
