import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import { type Cloud, startCloud } from '../scripts/lib/cloud.ts';
import type { Host } from '../scripts/lib/cloud-host.ts';
import { consulGet } from '../scripts/lib/consul-api.ts';
import { eventually } from '../scripts/lib/eventually.ts';

const dist = resolve(import.meta.dirname, '../dist');
const networks = ['management', 'tenant', 'storage'];
// How each ends without a configuration: 78 for handlers, 3 for checks.
const bundles = {
	'handlers/snapshot-network': 78,
	'handlers/aggregate-hosts': 78,
	'checks/pipeline': 3,
	'checks/masakari': 3,
	'checks/fencing': 3,
};
// Nothing listens there: what is tested here needs no Masakari.
const settings = { masakari: { endpoint: 'http://127.0.0.1:9/v1', auth: 'none' } };

let cloud: Cloud;
let controller: Host;

before(async () => {
	assert.ok(existsSync(dist), 'npm run build makes what this tests');
	const args = ['-log-level', 'debug']; // at info, agents keep to themselves what handlers say
	cloud = await startCloud({ controllers: 1, computes: 1, gossip: 'fast', args });
	controller = cloud.host('controller-1');
	await cloud.install(controller, { settings });
});
after(() => cloud?.close());

/** What this network's agent logged of a handler that exited 0. */
function saidBy(handler: string, network: string): Promise<string> {
	const lines = () => controller.agent(network).logs().split('\n');
	const find = () =>
		lines().find((line) => line.includes('watch handler output:') && line.includes(handler));
	return eventually(find, { what: `output of ${handler} in the log of ${network}` });
}

for (const [bundle, exitCode] of Object.entries(bundles)) {
	test(`${bundle} runs anywhere: it is one file, without the schema compiler`, async () => {
		const copy = mkdtempSync(join(tmpdir(), 'hostmonitor-bundle-'));
		cpSync(dist, copy, { recursive: true });
		const file = join(copy, `${bundle}.js`);
		assert.doesNotMatch(readFileSync(file, 'utf8'), /node_modules\/ajv\/(?!dist\/runtime)/);
		const args = [file, '--config', '/none.yaml', '--network', 'n'];
		const bare = { cwd: '/', env: {}, extendEnv: false, input: 'null' };
		const ran = await execa(process.execPath, args, { ...bare, reject: false, all: true });
		rmSync(copy, { recursive: true });
		assert.match(ran.all, /\/none\.yaml: cannot be read/);
		assert.equal(ran.exitCode, exitCode);
	});
}

for (const network of networks) {
	test(`the watch of ${network} runs snapshot-network, which puts its snapshot`, async () => {
		assert.match(await saidBy('snapshot-network.js', network), /"level":"info"/);
		const key = `hostmonitor/networks/${network}`;
		const value = await controller.agent('management').consul('kv', 'get', key);
		assert.deepEqual(JSON.parse(value).up, ['compute-1']);
	});
}

test('the watch of snapshots runs aggregate-hosts', async () => {
	assert.match(await saidBy('aggregate-hosts.js', 'management'), /nothing is due/);
});

test('the check runs pipeline, which is passing', async () => {
	const { http } = controller.agent('management');
	const check = await eventually(async () => {
		const checks = (await consulGet(http, '/v1/agent/checks')) as Record<string, Check>;
		const found = checks['hostmonitor-pipeline'];
		return found?.Output ? found : undefined;
	});
	assert.equal(check.Status, 'passing', check.Output);
});

test('a host that dies is in the snapshot of the network it died on', async () => {
	await cloud.host('compute-1').agent('storage').kill();
	const hub = controller.agent('management');
	await eventually(async () => {
		const value = await hub.consul('kv', 'get', 'hostmonitor/networks/storage');
		return JSON.parse(value).down.includes('compute-1');
	});
});

test('no agent could not run what it was told to', () => {
	for (const { network } of controller.agents) {
		assert.doesNotMatch(controller.agent(network).logs(), /Failed to run watch handler/);
	}
});

interface Check {
	readonly Status: string;
	readonly Output: string;
}
