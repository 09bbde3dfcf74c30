import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openAuthorize } from '../handlers/lib/io/authorize.ts';
import type { Authorization, Authorize } from '../handlers/lib/io/masakari-lists.ts';
import { noTokenFile, openTokenFile, type TokenFile } from '../handlers/lib/io/token-file.ts';
import { cloudAt, directory } from './fixtures/clouds.ts';
import { type Keystone, startKeystone } from './fixtures/keystone.ts';

const { signal } = new AbortController();
const tokenOf = ({ headers }: Authorization) => headers['X-Auth-Token'];

/** A Keystone, a clock, and processes of one controller that share a directory. */
interface Scene {
	readonly keystone: Keystone;
	readonly clock: { now: number };
	readonly file: TokenFile;
	/** Another process. */
	start(): Authorize;
}

let scenes = 0;
async function open(t: TestContext, kept = true): Promise<Scene> {
	const clock = { now: Date.parse('2026-11-22T12:00:00Z') };
	const now = () => clock.now;
	const keystone = await startKeystone(t, 'http://m:15868/v1', now);
	const cloud = cloudAt(keystone.url, { tls: { caFile: '/ca.pem' } });
	const file = kept ? openTokenFile(join(directory, `scene-${scenes++}`), cloud) : noTokenFile;
	const limits = { signal, timeoutMs: 60_000, connectTimeoutMs: 60_000, now };
	return { keystone, clock, file, start: () => openAuthorize(cloud, file, limits) };
}

test('a token is asked for once, shown with the address and the TLS files, and kept for the next run', async (t) => {
	const { keystone, start } = await open(t);
	const authorize = start();
	const { onRefused: _, ...shown } = await authorize(false);
	assert.deepEqual(shown, {
		...{ endpoint: 'http://m:15868/v1', headers: { 'X-Auth-Token': 't1' } },
		tls: { caFile: '/ca.pem' },
	});
	assert.equal(tokenOf(await authorize(false)), 't1');
	assert.equal(tokenOf(await start()(false)), 't1');
	assert.equal(keystone.asked.length, 1);
});

for (const [seconds, token] of [
	[3539, 't1'],
	[3540, 't2'],
] as const) {
	test(`${seconds} s into its hour, a token ${token === 't1' ? 'serves' : 'is renewed'}`, async (t) => {
		const { clock, start } = await open(t);
		const running = start();
		await running(false);
		clock.now += seconds * 1000;
		assert.equal(tokenOf(await start()(false)), token);
		assert.equal(tokenOf(await running(false)), token);
	});
}

test('many who want a token at once share one request', async (t) => {
	const { keystone, start } = await open(t);
	const authorize = start();
	const first = await Promise.all(Array.from({ length: 8 }, () => authorize(false)));
	assert.deepEqual(new Set(first.map(tokenOf)), new Set(['t1']));
	assert.equal(keystone.asked.length, 1);
	for (const { onRefused } of first) onRefused?.();
	const second = await Promise.all(Array.from({ length: 8 }, () => authorize(true)));
	assert.deepEqual(new Set(second.map(tokenOf)), new Set(['t2']));
	assert.equal(keystone.asked.length, 2);
});

test('a request whose refusal comes late is given the new token, not a newer one', async (t) => {
	const { keystone, start } = await open(t);
	const authorize = start();
	const [early, late] = [await authorize(false), await authorize(false)];
	early.onRefused?.();
	assert.equal(tokenOf(await authorize(true)), 't2');
	late.onRefused?.();
	assert.equal(tokenOf(await authorize(true)), 't2');
	assert.equal(keystone.asked.length, 2);
});

test('asked for another one, it never shows the token that it gave last', async (t) => {
	const { start } = await open(t);
	const authorize = start();
	assert.equal(tokenOf(await authorize(false)), 't1');
	assert.equal(tokenOf(await authorize(true)), 't2');
	assert.equal(tokenOf(await authorize(true)), 't3');
	assert.equal(tokenOf(await authorize(false)), 't3');
});

test('a token that was refused is forgotten at once, for every process', async (t) => {
	const { file, start } = await open(t);
	const refused = await start()(false);
	assert.equal(file.read()?.token, 't1');
	refused.onRefused?.();
	assert.equal(file.read(), null);
	assert.equal(tokenOf(await start()(false)), 't2');
});

test('refused, it takes the newer token that another process has got meanwhile', async (t) => {
	const { keystone, start } = await open(t);
	const [one, other] = [start(), start()];
	const [a, b] = [await one(false), await other(false)];
	a.onRefused?.();
	assert.equal(tokenOf(await one(true)), 't2');
	b.onRefused?.();
	assert.equal(tokenOf(await other(true)), 't2');
	assert.equal(keystone.asked.length, 2);
});

test('refused, it does not take the same token again from another process that still keeps it', async (t) => {
	const { file, start } = await open(t);
	const authorize = start();
	const refused = await authorize(false);
	const same = file.read();
	refused.onRefused?.();
	if (same !== null) file.write(same);
	assert.equal(tokenOf(await authorize(true)), 't2');
});

test('where nothing can be kept, each process has its own token', async (t) => {
	const { start } = await open(t, false);
	const [one, other] = [start(), start()];
	assert.equal(tokenOf(await one(false)), 't1');
	assert.equal(tokenOf(await other(false)), 't2');
	assert.equal(tokenOf(await one(false)), 't1');
});

test('with Keystone away, the last minute of a token is used, and then the reason is told', async (t) => {
	const { clock, keystone, start } = await open(t);
	await start()(false);
	keystone.instead = { status: 503, raw: '<html>' };
	clock.now += 3_590_000;
	assert.equal(tokenOf(await start()(false)), 't1');
	clock.now += 6_000;
	await assert.rejects(start()(false), /^HostmonitorError: Keystone .*: gives no token: 503/);
	keystone.instead = null;
	assert.equal(tokenOf(await start()(false)), 't2');
});

test('with Keystone away, a token that was refused is not used any more', async (t) => {
	const { keystone, start } = await open(t);
	const authorize = start();
	const { onRefused } = await authorize(false);
	keystone.instead = { status: 503, raw: '<html>' };
	onRefused?.();
	await assert.rejects(authorize(true), /gives no token: 503/);
	await assert.rejects(authorize(false), /gives no token: 503/);
});
