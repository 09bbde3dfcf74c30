import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { specMatrix } from '../handlers/lib/decide/matrix.ts';
import { inDirectory, load, minimal } from './fixtures/config.ts';

const full = `networks:
  management: { http_addr: "http://127.0.0.1:8500/" }
  10:         { http_addr: "http://127.0.0.1:8510", token_file: /run/token }
  2:
    http_addr: "https://127.0.0.1:8520"
    node_names: "*-s"
    token_file: tokens/storage
    ca_file: ca.pem
    cert_file: ../cert.pem
    key_file: /etc/key.pem
hub: "2"
kv_prefix: ha/host_monitor
matrix_file: matrix.yaml
confirm: 2m
mode: observe
hosts: { include: ["compute-*"], exclude: [compute-9], servers: true }
storm: { max_hosts: 3, max_fraction: 1, calm: 10s }
agent_probe: false
masakari: { endpoint: "https://masakari:15868/v1/", auth: none, ca_file: ca.pem }
cache_dir: cache
fencing: { mode: none }
`;

const fullMatrix = `sequence: [manage, "10", "2"]
matrix:
${['up', 'down']
	.flatMap((a) => ['up', 'down'].flatMap((b) => ['up', 'down'].map((c) => [a, b, c])))
	.map((row) => `- { health: [${row}], action: [${row[2] === 'down' ? 'recovery' : ''}] }`)
	.join('\n')}
`;

test('the smallest configuration has every default of the README', async () => {
	const config = await load(minimal);
	const address = (port: number) => ({ httpAddr: `http://127.0.0.1:${port}`, tls: {} });
	assert.deepEqual(config, {
		file: inDirectory('hostmonitor.yaml'),
		kvPrefix: 'hostmonitor',
		networks: { management: address(8500), tenant: address(8510), storage: address(8520) },
		masakari: { auth: 'keystone', cloud: 'monitor' },
		cacheDir: '/var/cache/hostmonitor',
		settings: {
			networks: ['management', 'tenant', 'storage'],
			hub: 'management',
			nodeNames: {},
			matrix: specMatrix(['management', 'tenant', 'storage']),
			confirmMs: 15_000,
			mode: 'act',
			hosts: { include: ['*'], exclude: [], servers: false },
			storm: { maxHosts: 10, maxFraction: 0.25, calmMs: 60_000 },
			agentProbe: true,
			fencing: { mode: 'none' },
		},
		digest: config.digest,
	});
	assert.match(config.digest, /^[0-9a-f]{16}$/);
});

test("every key arrives, networks stay in the file's order, and paths begin at the file", async () => {
	writeFileSync(inDirectory('matrix.yaml'), fullMatrix);
	const config = await load(full);
	assert.deepEqual(config.settings.networks, ['management', '10', '2']);
	assert.deepEqual(config.settings.matrix.sequence, ['management', '10', '2']);
	assert.deepEqual(config.networks['management'], { httpAddr: 'http://127.0.0.1:8500', tls: {} });
	assert.equal(config.networks['10']?.tokenFile, '/run/token');
	assert.deepEqual(config.networks['2'], {
		httpAddr: 'https://127.0.0.1:8520',
		tokenFile: inDirectory('tokens/storage'),
		tls: {
			caFile: inDirectory('ca.pem'),
			certFile: join(tmpdir(), 'cert.pem'),
			keyFile: '/etc/key.pem',
		},
	});
	assert.deepEqual(config.masakari, {
		auth: 'none',
		endpoint: 'https://masakari:15868/v1',
		tls: { caFile: inDirectory('ca.pem') },
	});
	assert.equal(config.cacheDir, inDirectory('cache'));
	const { networks: _, matrix: __, ...rest } = config.settings;
	assert.deepEqual(rest, {
		hub: '2',
		nodeNames: { 2: '*-s' },
		confirmMs: 120_000,
		mode: 'observe',
		hosts: { include: ['compute-*'], exclude: ['compute-9'], servers: true },
		storm: { maxHosts: 3, maxFraction: 1, calmMs: 10_000 },
		agentProbe: false,
		fencing: { mode: 'none' },
	});
	assert.equal(config.kvPrefix, 'ha/host_monitor');
});

test('fencing is off by default, waits for a proof where it is on, and its file is beside the configuration', async () => {
	const off = await load(`${minimal}fencing: { mode: off }\n`);
	const readings = { readings: 3, timeoutMs: 10_000, unproven: 'hold' };
	assert.deepEqual(off.settings.fencing, { mode: 'off', ...readings });
	assert.equal(off.fencingFile, inDirectory('fencing.yaml'));
	const text =
		'fencing: { mode: verify, file: bmc/f.yaml, readings: 1, timeout: 5s, unproven: unknown }';
	const verify = await load(`${minimal}${text}\n`);
	const given = { mode: 'verify', readings: 1, timeoutMs: 5000, unproven: 'unknown' };
	assert.deepEqual(verify.settings.fencing, given);
	assert.equal(verify.fencingFile, inDirectory('bmc/f.yaml'));
	const moved = await load(`${minimal}${text.replace('bmc/f', 'x')}\n`);
	assert.equal(moved.digest, verify.digest, 'where secrets are is no decision');
});

const swapped = minimal.replace(/( {2}tenant.*\n)( {2}storage.*\n)/, '$2$1');
const digests: readonly { name: string; text: string; same: boolean }[] = [
	{ name: 'the mode changes', text: `mode: observe\n${minimal}`, same: true },
	{ name: 'a default is written out', text: `${minimal}confirm: 15000ms\n`, same: true },
	{
		name: 'keys stand in another order',
		text: minimal.replace(/(networks:[\s\S]*)(masakari.*\n)/, '$2$1'),
		same: true,
	},
	{ name: 'tokens are kept elsewhere', text: `${minimal}cache_dir: c\n`, same: true },
	{ name: 'an address changes', text: minimal.replace('8510', '8511'), same: true },
	{ name: 'confirm changes', text: `${minimal}confirm: 16s\n`, same: false },
	{
		name: 'a network calls its nodes otherwise',
		text: minimal.replace('8520"', '8520", node_names: "*-s"'),
		same: false,
	},
	{ name: 'a limit changes', text: `${minimal}storm: { max_hosts: 9 }\n`, same: false },
	{ name: 'hosts are fenced', text: `${minimal}fencing: { mode: off }\n`, same: false },
	{ name: 'the hub changes', text: `${minimal}hub: storage\n`, same: false },
	{ name: 'networks stand in another order', text: swapped, same: false },
];

for (const { name, text, same } of digests) {
	test(`the digest ${same ? 'stays' : 'changes'} when ${name}`, async () => {
		const [before, now] = [await load(minimal), await load(text)];
		assert.equal(now.digest === before.digest, same);
	});
}

test('nothing said of Masakari is the cloud of OS_CLOUD, or of the OS_* variables', async () => {
	const { masakari } = await load(minimal.replace('{ cloud: monitor }', '{}'));
	assert.deepEqual(masakari, { auth: 'keystone' });
});
