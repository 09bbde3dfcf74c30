import assert from 'node:assert/strict';
import {
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { type Cloud, startCloud } from '../scripts/lib/cloud.ts';
import type { Host } from '../scripts/lib/cloud-host.ts';
import { consulGet, serfHealth } from '../scripts/lib/consul-api.ts';
import { eventually } from '../scripts/lib/eventually.ts';

const consulD = resolve(import.meta.dirname, '../consul.d');
const networks = ['management', 'tenant', 'storage'];
const bundles = [
	'handlers/snapshot-network.js',
	'handlers/aggregate-hosts.js',
	'checks/pipeline.js',
	'checks/masakari.js',
	'checks/fencing.js',
];

/** One line of what recorder.mjs wrote. */
interface Call {
	readonly bundle: string;
	readonly args: readonly string[];
	readonly index: string | null;
	readonly stdin: string;
}

let cloud: Cloud;
let controller: Host;
let prefix: string;

before(async () => {
	prefix = mkdtempSync(join(tmpdir(), 'hostmonitor-recorder-'));
	for (const bundle of bundles) {
		mkdirSync(resolve(prefix, bundle, '..'), { recursive: true });
		symlinkSync(resolve(import.meta.dirname, 'fixtures/recorder.mjs'), join(prefix, bundle));
	}
	cloud = await startCloud({ controllers: 1, computes: 1, gossip: 'fast' });
	controller = cloud.host('controller-1');
});
after(async () => {
	await cloud?.close();
	rmSync(prefix, { recursive: true, force: true });
});

function calls(): Call[] {
	const lines = readFileSync(join(controller.dir, 'hostmonitor.yaml.calls'), 'utf8').split('\n');
	return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

function call(bundle: string, wanted: (call: Call) => boolean): Promise<Call> {
	const find = () => calls().find((one) => one.bundle === bundle && wanted(one));
	return eventually(find, { what: `a call of ${bundle}` });
}

/** A check of the hub's agent, once it has reported that all is well. */
function passing(id: string): Promise<Check> {
	const { http } = controller.agent('management');
	const find = async () => {
		const all = (await consulGet(http, '/v1/agent/checks')) as Record<string, Check>;
		return all[id]?.Status === 'passing' && all[id];
	};
	return eventually(find, { what: `a report of ${id}` });
}

for (const network of networks) {
	test(`an agent of ${network} starts and reloads with each example`, async () => {
		for (const host of [controller, cloud.host('compute-1')]) {
			await host.agent(network).reload();
			assert.notEqual(host.agent(network).pid, undefined);
		}
	});

	test(`a server of ${network} takes the committed hostmonitor.json as it is`, async () => {
		const agent = controller.agent(network);
		copyFileSync(
			join(consulD, network, 'hostmonitor.json'),
			join(agent.configDir, 'hostmonitor.json'),
		);
		await agent.reload();
	});
}

test('an agent ends with 0 where it left and at no other end, which is what its unit goes by', async () => {
	const unit = readFileSync(join(consulD, 'systemd/consul@.service'), 'utf8').split('\n');
	for (const line of ['Restart=always', 'RestartSec=2', 'RestartPreventExitStatus=0']) {
		assert.ok(unit.includes(line), line);
	}
	const server = controller.agent('tenant');
	const client = cloud.host('compute-1').agent('tenant');
	const interrupt = async () => {
		process.kill(client.pid ?? assert.fail('it runs'), 'SIGINT');
		await eventually(() => client.pid === undefined);
	};
	const ends = [
		{ end: client.leave, exitCode: 0 },
		{ end: interrupt, exitCode: 0 },
		{ end: client.stop, exitCode: 1 },
		{ end: client.kill, exitCode: null },
	];
	for (const { end, exitCode } of ends) {
		await end();
		assert.equal(client.exitCode, exitCode);
		await client.start();
		// One that has not joined yet cannot leave.
		await serfHealth(server.http, (byNode) => byNode.get('compute-1') === 'passing');
	}
	await server.stop();
	assert.equal(server.exitCode, 1);
	await server.start();
});

test('installing is copying the files and reloading each agent once', async () => {
	await cloud.install(controller, { prefix, settings: { fencing: { mode: 'verify' } } });
	const config = join(controller.dir, 'hostmonitor.yaml');
	for (const network of networks) {
		const { stdin, args } = await call('snapshot-network.js', (one) => one.args.includes(network));
		assert.deepEqual(args, ['--config', config, '--network', network]);
		assert.ok(Array.isArray(JSON.parse(stdin)));
	}
	assert.deepEqual((await call('aggregate-hosts.js', () => true)).args, ['--config', config]);
	assert.deepEqual((await call('pipeline.js', () => true)).args, ['--config', config]);
});

test('the check belongs to the service hostmonitor and reports within its interval', async () => {
	const check = await passing('hostmonitor-pipeline');
	assert.equal(check.ServiceID, 'hostmonitor');
	assert.equal(check.Output, 'pipeline.js was here\n');
});

test('the checks of Masakari and of BMCs are its, too, and report', async () => {
	const agent = controller.agent('management');
	const file = join(agent.configDir, 'hostmonitor.json');
	// An agent puts off a check's first run by up to its interval, which is minutes.
	const sooner = readFileSync(file, 'utf8').replace(/"interval": "(60s|5m)"/g, '"interval": "2s"');
	writeFileSync(file, sooner);
	await agent.reload();
	for (const name of ['masakari', 'fencing']) {
		const check = await passing(`hostmonitor-${name}`);
		assert.equal(check.ServiceID, 'hostmonitor');
		assert.equal(check.Output, `${name}.js was here\n`);
		const config = join(controller.dir, 'hostmonitor.yaml');
		assert.deepEqual((await call(`${name}.js`, () => true)).args, ['--config', config]);
	}
});

for (const network of networks) {
	test(`a host that dies on ${network} fires that network's watch`, async () => {
		const agent = cloud.host('compute-1').agent(network);
		await agent.kill();
		const says = ({ stdin, args }: Call) => args.includes(network) && stdin.includes('compute-1');
		const { stdin } = await call('snapshot-network.js', says);
		const found = (JSON.parse(stdin) as { Node: string; CheckID: string; Status: string }[]).find(
			({ Node, CheckID }) => Node === 'compute-1' && CheckID === 'serfHealth',
		);
		assert.equal(found?.Status, 'critical');
		await agent.start();
	});
}

test('a snapshot that is written fires the watch of all snapshots', async () => {
	const agent = controller.agent('management');
	await agent.consul('kv', 'put', 'hostmonitor/networks/tenant', 'written');
	const base64 = Buffer.from('written').toString('base64');
	const { index } = await call('aggregate-hosts.js', ({ stdin }) => stdin.includes(base64));
	assert.match(index ?? '', /^\d+$/);
});

test('SIGTERM makes no client leave: its unit was restarted', async () => {
	const compute = cloud.host('compute-1').agent('tenant');
	await compute.stop();
	const members = await eventually(async () => {
		const text = await controller.agent('tenant').consul('members');
		return /compute-1\s+\S+\s+failed/.test(text) && text;
	});
	assert.doesNotMatch(members, /\sleft\s/);
	await compute.start();
});

test('SIGINT makes a client leave: its host shuts down', async () => {
	const compute = cloud.host('compute-1').agent('storage');
	process.kill(compute.pid ?? assert.fail('it runs'), 'SIGINT');
	await eventually(async () =>
		/compute-1\s+\S+\s+left/.test(await controller.agent('storage').consul('members')),
	);
	await eventually(() => compute.pid === undefined);
	await compute.start();
});

interface Check {
	readonly Status: string;
	readonly ServiceID: string;
	readonly Output: string;
}
