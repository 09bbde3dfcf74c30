import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Agent } from '../scripts/lib/cloud-agent.ts';
import { lineOf } from './bundle.ts';
import { snapshot } from './fixtures/values.ts';
import { type GateProxy, startGateProxy } from './gate-proxy.ts';
import { maintained, masakari, serf, startWatched, type Watched } from './snapshots.ts';

let watched: Watched;
let compute: Agent;
let proxy: GateProxy;
/** A configuration whose hub is behind the proxy. */
let gated: string;

before(async () => {
	watched = await startWatched({ networks: ['management', 'storage'], computes: 1 });
	compute = watched.cloud.host('compute-1').agent('storage');
	const controller = watched.cloud.host('controller-1');
	proxy = await startGateProxy(controller.agent('management').http);
	gated = join(controller.dir, 'gated.yaml');
	const networks = {
		management: { http_addr: proxy.http },
		storage: { http_addr: watched.server.http },
	};
	writeFileSync(gated, JSON.stringify({ networks, masakari }));
});
after(async () => {
	await proxy?.close();
	await watched?.cloud.close();
});

const write = /^PUT \/v1\/kv\/hostmonitor\/networks\/storage\?cas=/;
const writes = () => proxy.passed.filter(({ asked }) => write.test(asked));

/** Lets two write at the very same time; gives what Consul told them. */
async function both(): Promise<string[]> {
	const before = writes().length;
	proxy.gather(write, 2);
	for (const ran of await Promise.all([watched.run(gated), watched.run(gated)])) lineOf(ran, 0);
	return writes()
		.slice(before)
		.map(({ answer }) => answer.trim())
		.sort();
}

test('of two that create a snapshot at once, one does', async () => {
	assert.deepEqual(await both(), ['false', 'true']);
	assert.deepEqual(await watched.look(), { up: ['compute-1'] });
});

test('of two that change a snapshot at once, one does', async () => {
	await compute.kill();
	await watched.catalog('compute-1', serf('critical'));
	assert.deepEqual(await both(), ['false', 'true']);
	assert.deepEqual(await watched.look(), { down: ['compute-1'] });
});

test('of many that run at once each ends well, and the last word is the network’s', async () => {
	await compute.start();
	await watched.catalog('compute-1', serf('passing'));
	for (const ran of await Promise.all([1, 2, 3, 4].map(() => watched.run()))) lineOf(ran, 0);
	const { index } = await watched.stored();
	assert.deepEqual(await watched.look(), { up: ['compute-1'] });
	assert.equal((await watched.stored()).index, index);
});

test('a value that became corrupt while it was to be written is left untouched (I8)', async () => {
	await compute.consul('maint', '-enable');
	await watched.catalog('compute-1', maintained);
	proxy.gather(write, 1, () => watched.kv.put('networks/storage', 'rubbish'));
	assert.match(lineOf(await watched.run(gated), 65).message, /networks\/storage: is not JSON/);
	assert.equal((await watched.stored()).text, 'rubbish');
});

test('one that lost to a newer look does not write its older one', async () => {
	const up = JSON.stringify({ ...snapshot, up: ['compute-1'], down: [], vanished: [] });
	await watched.kv.put('networks/storage', up);
	proxy.gather(write, 1, async () => {
		await compute.consul('maint', '-disable');
		await watched.catalog('compute-1', (checks) => !maintained(checks));
		// Two others have seen it meanwhile: on, then off.
		await watched.kv.put('networks/storage', up.replace('[]}', '["compute-1"]}'));
		await watched.kv.put('networks/storage', up);
	});
	lineOf(await watched.run(gated), 0);
	assert.equal((await watched.stored()).text, up);
});
