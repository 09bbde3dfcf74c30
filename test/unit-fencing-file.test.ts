import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { ConfigError } from '../handlers/lib/errors.ts';
import { loadFencing } from '../handlers/lib/io/fencing-file.ts';
import { inDirectory } from './fixtures/config.ts';

const file = inDirectory('fencing.yaml');

/** Every value that no error may hold. */
const secret = 'hunter2';

function load(text: string, mode = 0o600) {
	writeFileSync(file, text);
	chmodSync(file, mode);
	return loadFencing(file);
}

/** The lines of the error, without the file's name; none holds the secret. */
function complaints(text: string, mode = 0o600): string[] {
	try {
		load(text, mode);
	} catch (error) {
		assert.ok(error instanceof ConfigError, String(error));
		assert.ok(!error.message.includes(secret), `I7: ${error.message}`);
		return error.message.split('\n').map((line) => line.slice(file.length + 1));
	}
	return assert.fail('it was accepted');
}

test("a host's options come before the defaults, by lower-cased name, as an agent reads them", () => {
	const agents = load(`defaults:
  agent: fence_ipmilan
  options: { lanplus: true, username: monitor, ipport: 623, use-sudo: false }
hosts:
  Compute-1: { options: { ip: 10.0.0.1, password: "a b#c=d'e" } }
  compute-2: { agent: /opt/fence/mine, options: { username: other } }
`);
	const common = { lanplus: '1', username: 'monitor', ipport: '623', 'use-sudo': '0' };
	assert.deepEqual(Object.fromEntries(agents), {
		'compute-1': {
			agent: '/usr/sbin/fence_ipmilan',
			options: { ...common, ip: '10.0.0.1', password: "a b#c=d'e" },
		},
		'compute-2': { agent: '/opt/fence/mine', options: { ...common, username: 'other' } },
	});
});

test('a file that group or others can read is refused, and so is one that nobody can (I7)', () => {
	for (const mode of [0o640, 0o604, 0o660, 0o644]) {
		assert.deepEqual(complaints('hosts: {}', mode), [
			` has mode 0${mode.toString(8)}, expected 0600: it holds passwords`,
		]);
	}
	assert.equal(load('hosts: {}', 0o400).size, 0);
	assert.throws(() => loadFencing(inDirectory('nosuch.yaml')), /cannot be read: ENOENT/);
});

test("a chassis' BMC is several hosts' where the plug, the port or what lies behind it differs", () => {
	const agents = load(`defaults: { agent: fence_x, options: { ip: 10.0.0.1, password: ${secret} } }
hosts:
  n1: { options: { plug: 1 } }
  n2: { options: { plug: 2 } }
  n3: { options: { port: 3 } }
  n4: { options: { ipport: 6230 } }
  n5: { options: { target: "0x82" } }
  n6: { agent: fence_y, options: { plug: 1 } }
`);
	assert.equal(agents.size, 6);
});

const option =
	"an option's value: expected quoted text on one line without spaces or quotes at its ends, a whole number, true or false";
const host = (options: string) => `hosts:\n  n1: { agent: fence_x, options: { ${options} } }\n`;
const refused: readonly { name: string; text: string; expected: readonly string[] }[] = [
	{ name: 'an empty file', text: '', expected: ['1:1: is null, expected an object'] },
	{
		name: 'a host without an agent',
		text: 'hosts:\n  n1: { options: { ip: 1.2.3.4 } }\n',
		expected: ['2:7: hosts.n1: has no agent, and there is none in defaults'],
	},
	{
		name: 'a host that is there twice but for its case',
		text: 'defaults: { agent: a }\nhosts: { n1: {}, N1: {} }\n',
		expected: ['2:18: hosts: is there twice but for its case'],
	},
	{
		name: 'a relative agent',
		text: 'hosts: { n1: { agent: ./fence_x } }\n',
		expected: [
			'1:23: hosts.n1.agent: expected the name of an agent in /usr/sbin, or an absolute path',
		],
	},
	{
		name: 'what is said by hostmonitor',
		text: host('action: on'),
		expected: ['2:36: hosts.n1.options: action is said by hostmonitor'],
	},
	{
		name: 'a password that YAML took for a number',
		text: host('password: 0123'),
		expected: [`2:36: hosts.n1.options: ${option}`],
	},
	{
		name: 'a password with a comma that is not quoted: its end is no key to show (I7)',
		text: host(`password: abc,${secret}`),
		expected: [`2:50: hosts.n1.options: ${option}`],
	},
	{
		name: 'a password that became a key of the host (I7)',
		text: `hosts: { n1: { agent: fence_x, ${secret}: 1 } }\n`,
		expected: ['1:32: hosts.n1: unknown key, expected one of: agent, options'],
	},
	{
		name: 'a value of two lines, which would be an option more (I7)',
		text: host(`password: "${secret}\\naction=on"`),
		expected: [`2:36: hosts.n1.options: ${option}`],
	},
	{
		name: 'a value that the agent would strip',
		text: host(`password: " ${secret}"`),
		expected: [`2:36: hosts.n1.options: ${option}`],
	},
	{
		name: "a copied entry: one BMC would be two hosts'",
		text: `defaults: { agent: fence_ipmilan, options: { lanplus: true } }
hosts:
  compute-1: { options: { ip: bmc.example, username: a, password: ${secret} } }
  n2: { options: { ip: 10.0.0.2 } }
  compute-3:
    options: { username: b, ip: BMC.example, password: x${secret}, login-timeout: 3 }
`,
		expected: [
			'5:3: hosts: compute-3 has the BMC of compute-1 in line 3: same agent, same options but for how to log in',
		],
	},
	{
		name: 'a chassis whose plug is there twice, once by its name of old',
		text: `defaults: { agent: fence_x }
hosts:
  n1: { options: { ip: ${secret}, plug: 1 } }
  n2: { agent: /usr/sbin/fence_x, options: { ipaddr: ${secret}, port: "1" } }
`,
		expected: [
			'4:3: hosts: n2 has the BMC of n1 in line 3: same agent, same options but for how to log in',
		],
	},
	...[`*${secret}`, `!${secret} x`, `"x" ${secret}`, `@${secret}`, `{${secret}`].map((value) => ({
		name: `a value that YAML cannot read, without quoting it: ${value.replace(secret, '…')} (I7)`,
		text: `hosts:\n  n1:\n    agent: a\n    options:\n      password: ${value}\n`,
		expected: ['5: cannot be read as YAML: quote every value that is not a plain word'],
	})),
];
for (const { name, text, expected } of refused) {
	test(`rejects ${name}`, () => {
		const said = complaints(text);
		if (!name.includes('YAML cannot')) return assert.deepEqual(said, expected);
		for (const line of said)
			assert.match(line, /^\d+:\d+: cannot be read as YAML: quote every value/);
	});
}
