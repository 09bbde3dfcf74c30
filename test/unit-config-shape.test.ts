import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complaints, minimal, tenantWith, testInvalid } from './fixtures/config.ts';

testInvalid([
	{ name: 'an empty file', text: '', expected: ['1:1: is null, expected an object'] },
	{ name: 'a list', text: '- a\n', expected: ['1:1: is a list, expected an object'] },
	{
		name: 'a file without masakari',
		text: minimal.replace(/masakari.*/, ''),
		expected: [
			'1:1: has no "masakari", expected { cloud: NAME }, {} or { endpoint: URL, auth: none }',
		],
	},
	{
		name: 'no networks',
		text: 'networks: {}\nmasakari: { cloud: monitor }\n',
		expected: ['1:11: networks: expected from 1 to 8 networks by name'],
	},
	{
		name: 'unknown keys, at every depth at once',
		text: `${tenantWith('token: secret')}hostz: {}\nstorm: { max: 3 }\n`,
		expected: [
			'3:49: networks.tenant: unknown key "token", expected one of: http_addr, node_names, token_file, ca_file, cert_file, key_file',
			'6:1: unknown key "hostz", expected one of: networks, hub, kv_prefix, matrix_file, confirm, mode, hosts, storm, agent_probe, fencing, cache_dir, masakari',
			'7:10: storm: unknown key "max", expected one of: max_hosts, max_fraction, calm',
		],
	},
	{
		name: 'a rule for names without its one *',
		text: tenantWith('node_names: stor-**'),
		expected: [
			'3:61: networks.tenant.node_names: expected how nodes are called here, such as *-stor, with one * for the host',
		],
	},
	{
		name: 'values of the wrong type or out of bounds, all at once',
		text: `${minimal}confirm: 15
mode: dry-run
hosts: { include: [], servers: "yes" }
storm: { max_hosts: 0, max_fraction: .nan, calm: 2h }
agent_probe:
kv_prefix: /hostmonitor
`,
		expected: [
			'6:10: confirm: is a number, expected a duration such as 15s, from 1s to 10m',
			'7:7: mode: expected one of: act, observe',
			'8:19: hosts.include: expected at least one host name or pattern',
			'8:32: hosts.servers: is text, expected true or false',
			'9:21: storm.max_hosts: expected from 1 to 1000 hosts',
			'9:38: storm.max_fraction: is not finite, expected a number above 0, at most 1',
			'9:50: storm.calm: expected a duration such as 15s, from 0s to 1h',
			'10:13: agent_probe: is null, expected true or false',
			'11:12: kv_prefix: expected a path such as hostmonitor: letters, digits, and . _ - inside, no / at its ends',
		],
	},
	{
		name: 'a confirmation shorter than a second',
		text: `${minimal}confirm: 999ms\n`,
		expected: ['6:10: confirm: expected a duration such as 15s, from 1s to 10m'],
	},
	{
		name: 'fencing that does not exist, or out of bounds',
		text: `${minimal}fencing: { mode: ipmi, readings: 0, timeout: 1m, unproven: send, file: "" }\n`,
		expected: [
			'6:18: fencing.mode: expected one of: none, verify, off',
			'6:34: fencing.readings: expected from 1 to 10 readings',
			'6:46: fencing.timeout: expected a duration such as 15s, from 2s to 15s',
			'6:60: fencing.unproven: expected one of: hold, unknown',
			'6:72: fencing.file: expected the path of the file that names the fence agents',
		],
	},
	{
		name: 'a name of a network that no key can hold',
		text: minimal.replace('tenant', '../x'),
		expected: [
			'3:3: networks: key "../x": expected a name of letters, digits, _ and -, at most 64, a letter or digit first',
		],
	},
]);

test('says no more than twenty things about a file, and how many it left out', async () => {
	const lines = await complaints(
		minimal + Array.from({ length: 25 }, (_, i) => `x${i}: 1\n`).join(''),
	);
	assert.equal(lines.length, 21);
	assert.equal(lines[20], ' and 5 more');
});
