import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { UsageError } from '../handlers/lib/errors.ts';
import { type RenderInput, renderNetwork } from '../scripts/lib/render.ts';

const consulD = resolve(import.meta.dirname, '../consul.d');
const networks = ['management', 'tenant', 'storage'];
const standard: RenderInput = {
	networks,
	hub: 'management',
	kvPrefix: 'hostmonitor',
	configFile: '/etc/hostmonitor/hostmonitor.yaml',
	network: 'management',
};

/** The one file that is rendered, parsed. */
function rendered(input: RenderInput) {
	const [file, ...others] = renderNetwork(input);
	assert.ok(file);
	assert.deepEqual(others, []);
	assert.equal(file.name, 'hostmonitor.json');
	return JSON.parse(file.content) as {
		watches: { type: string; prefix?: string; args: string[] }[];
		services?: { checks: { id: string; interval: string; args: string[] }[] }[];
	};
}

function portsOf(network: string, file: string): Record<string, number> {
	return JSON.parse(readFileSync(resolve(consulD, network, file), 'utf8')).ports;
}

for (const network of networks) {
	test(`the committed ${network}/hostmonitor.json is what render gives`, () => {
		for (const { name, content } of renderNetwork({ ...standard, network })) {
			assert.equal(readFileSync(resolve(consulD, network, name), 'utf8'), content);
		}
	});

	test(`servers and clients of ${network} have the same ports`, () => {
		assert.deepEqual(portsOf(network, 'server.json'), portsOf(network, 'client.json'));
	});
}

test('no two agents of a host want the same port', () => {
	const ports = networks.flatMap((network) => Object.values(portsOf(network, 'server.json')));
	const wanted = ports.filter((port) => port !== -1);
	assert.equal(new Set(wanted).size, wanted.length);
});

test('no two servers of a host share the address where Consul 1.14 opens port 8503', () => {
	const addresses = networks.map((network) => {
		const file = resolve(consulD, network, 'server.json');
		return JSON.parse(readFileSync(file, 'utf8')).client_addr ?? '127.0.0.1';
	});
	assert.equal(new Set(addresses).size, networks.length);
});

test('only the hub watches the snapshots and has the checks', () => {
	const types = (network: string) => rendered({ ...standard, network }).watches.map((w) => w.type);
	assert.deepEqual(types('management'), ['checks', 'keyprefix']);
	assert.deepEqual(types('tenant'), ['checks']);
	assert.equal(rendered({ ...standard, network: 'tenant' }).services, undefined);
});

test('names, paths and the prefix of KV are the configuration’s', () => {
	const { watches, services } = rendered({
		networks: ['a', 'b'],
		hub: 'b',
		kvPrefix: 'ha/monitor',
		configFile: '/srv/h.yaml',
		network: 'b',
		prefix: '/opt/h/',
		node: '/opt/node/bin/node',
	});
	const run = (bundle: string) => ['/opt/node/bin/node', bundle, '--config', '/srv/h.yaml'];
	const snapshot = [...run('/opt/h/handlers/snapshot-network.js'), '--network', 'b'];
	assert.deepEqual(
		watches.map(({ args }) => args),
		[snapshot, run('/opt/h/handlers/aggregate-hosts.js')],
	);
	assert.equal(watches[1]?.prefix, 'ha/monitor/networks/');
	assert.deepEqual(
		services?.[0]?.checks.map(({ args }) => args),
		[run('/opt/h/checks/pipeline.js'), run('/opt/h/checks/masakari.js')],
	);
});

test('BMCs are asked every 5 min where hosts are fenced, on the hub alone', () => {
	const checksOf = (network: string, fencing: boolean) =>
		rendered({ ...standard, network, fencing }).services?.[0]?.checks ?? [];
	assert.deepEqual(
		checksOf('management', true).map(({ id, interval, args }) => [id, interval, args[1]]),
		[
			['hostmonitor-pipeline', '10s', '/usr/lib/hostmonitor/checks/pipeline.js'],
			['hostmonitor-masakari', '60s', '/usr/lib/hostmonitor/checks/masakari.js'],
			['hostmonitor-fencing', '5m', '/usr/lib/hostmonitor/checks/fencing.js'],
		],
	);
	assert.equal(checksOf('management', false).length, 2);
	assert.equal(checksOf('tenant', true).length, 0);
});

const refused: { name: string; change: Partial<RenderInput>; expected: RegExp }[] = [
	{ name: 'an unknown network', change: { network: 'backup' }, expected: /"backup".*tenant/ },
	{ name: 'a relative configuration file', change: { configFile: 'h.yaml' }, expected: /h\.yaml/ },
	{ name: 'a relative prefix', change: { prefix: 'dist' }, expected: /dist/ },
	{ name: 'a relative node', change: { node: 'node' }, expected: /absolute/ },
];
for (const { name, change, expected } of refused) {
	test(`${name} is refused: agents run in /`, () => {
		assert.throws(
			() => renderNetwork({ ...standard, ...change }),
			(error) => {
				assert.ok(error instanceof UsageError);
				assert.match(error.message, expected);
				return true;
			},
		);
	});
}
