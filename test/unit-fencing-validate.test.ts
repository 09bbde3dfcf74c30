import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { ConfigError } from '../handlers/lib/errors.ts';
import { validate } from '../scripts/lib/command-validate.ts';
import { inDirectory, minimal } from './fixtures/config.ts';

const file = inDirectory('validated.yaml');
const secret = 'hunter2';

/** `hostmonitor validate` of a configuration that fences, and of this file of agents. */
async function validated(
	agents: string,
	fencing = 'mode: off, file: agents.yaml',
): Promise<string> {
	const plain = minimal.replace('cloud: monitor', 'endpoint: "http://m/v1", auth: none');
	writeFileSync(file, `${plain}fencing: { ${fencing} }\n`);
	writeFileSync(inDirectory('agents.yaml'), agents);
	chmodSync(inDirectory('agents.yaml'), 0o600);
	const run = { argv: ['--config', file], env: {}, signal: new AbortController().signal };
	return (await validate.run({ ...run, log: () => {} })).text;
}

test('validate shows what fencing comes to, and none of its options (I7)', async () => {
	const agents = `hosts: { n1: { agent: fence_x, options: { password: ${secret} } } }`;
	const text = await validated(agents);
	const line = `off, 3 readings, 10s each, unproven: hold, 1 hosts in ${inDirectory('agents.yaml')}`;
	assert.ok(text.includes(line), text);
	assert.ok(!text.includes(secret), text);
});

test('validate refuses a file of agents that cannot be used, without any value of it (I7, I8)', async () => {
	const wrong = (error: unknown) => {
		assert.ok(error instanceof ConfigError, String(error));
		assert.match(error.message, /agents\.yaml:1:16: hosts\.n1: unknown key, expected/);
		assert.ok(!error.message.includes(secret), error.message);
		return true;
	};
	await assert.rejects(validated(`hosts: { n1: { ${secret}: 1, agent: a } }`), wrong);
});

test('without fencing its file is not looked at', async () => {
	assert.match(await validated('rubbish: [', 'mode: none, file: agents.yaml'), /fencing\s+none/);
});
