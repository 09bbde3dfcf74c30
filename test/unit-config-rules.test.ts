import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complaints, minimal, tenantWith, testInvalid } from './fixtures/config.ts';

testInvalid([
	{
		name: 'a hub that is no network, together with an unknown key',
		text: `${minimal}hub: mgmt\nhupp: 1\n`,
		expected: [
			'6:6: hub: "mgmt" is no network, expected one of: management, tenant, storage',
			'7:1: unknown key "hupp", expected one of: networks, hub, kv_prefix, matrix_file, confirm, mode, hosts, storm, agent_probe, fencing, cache_dir, masakari',
		],
	},
	{
		name: 'names of networks that differ by case alone',
		text: minimal.replace(
			'masakari',
			'  Storage: { http_addr: "http://127.0.0.1:8530" }\nmasakari',
		),
		expected: [
			'5:3: networks: "Storage" is "storage" of line 4 but for its case, expected another name',
		],
	},
	{
		name: 'two networks behind one agent (I5)',
		text: minimal.replace('8510"', '8500/"'),
		expected: [
			'3:24: networks.tenant.http_addr: is the agent of management, expected one agent a network',
		],
	},
	{
		name: 'no network named storage and no matrix',
		text: minimal.replace('storage', 'disks'),
		expected: [
			'2:3: networks: has no network storage, on which the default matrix rests: expected one, or a matrix_file',
		],
	},
	{
		name: 'TLS files without TLS, and half a client certificate',
		text: tenantWith('ca_file: a.pem').replace('"http://127.0.0.1:8520"', 'https://h, key_file: k'),
		expected: [
			'3:49: networks.tenant: ca_file is for https, expected an https:// http_addr',
			'4:36: networks.storage: has key_file alone, expected cert_file with it',
		],
	},
	{
		name: 'a cloud and an endpoint',
		text: minimal.replace('monitor', 'monitor, endpoint: "http://m/v1"'),
		expected: [
			'5:29: masakari: endpoint does not go with cloud, expected either { cloud: NAME } or { endpoint: URL, auth: none }',
		],
	},
	{
		name: 'keys of an endpoint without one',
		text: minimal.replace('cloud: monitor', 'auth: none'),
		expected: [
			'5:11: masakari: has neither cloud nor endpoint, expected either { cloud: NAME } or { endpoint: URL, auth: none }',
		],
	},
	{
		name: 'an endpoint that does not say auth: none',
		text: minimal.replace('cloud: monitor', 'endpoint: "http://m/v1"'),
		expected: ['5:11: masakari: has an endpoint and no auth, expected auth: none to say so'],
	},
]);

const addresses = [
	'127.0.0.1:8500',
	'ftp://127.0.0.1',
	'http://',
	'http://127.0.0.1:8500/v1',
	'http://127.0.0.1:8500?dc=a',
	'http://127.0.0.1:99999',
	'http://user:hunter2@127.0.0.1:8500',
];
for (const address of addresses) {
	test(`rejects the agent's address ${address} without repeating it (I7, I8)`, async () => {
		const lines = await complaints(minimal.replace('http://127.0.0.1:8510', address));
		assert.deepEqual(lines, [
			'3:24: networks.tenant.http_addr: expected an http:// or https:// address such as http://127.0.0.1:8500, without user, path or query',
		]);
	});
}
