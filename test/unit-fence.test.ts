import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { openFence } from '../handlers/lib/io/fence.ts';
import { eventually } from '../scripts/lib/eventually.ts';
import { inDirectory } from './fixtures/config.ts';

const secret = 'hunter2';
const never = new AbortController().signal;
const record = inDirectory('agents-ran');
const wrapper = inDirectory('agent');
// The shebang's `env` finds Node only where it is installed; agents get a PATH of the system's own.
writeFileSync(
	wrapper,
	`#!/bin/sh\nexec ${process.execPath} ${resolve(import.meta.dirname, 'fixtures/fence/agent.mjs')}\n`,
	{ mode: 0o755 },
);
symlinkSync('/nonexistent', inDirectory('dangling'));

interface Seen {
	readonly argv: readonly string[];
	readonly env: Record<string, string>;
	readonly lines: readonly string[];
	readonly pid: number;
	readonly child: number;
}

/** A fence whose agent for the host `n1` behaves like this; what it has seen is in the record. */
function fenceOf(behave: string, { timeoutMs = 20_000, signal = never, agent = wrapper } = {}) {
	rmSync(record, { force: true });
	const options = { behave, record, password: secret, ip: '10.0.0.1', lanplus: true };
	const file = inDirectory('fence-agents.yaml');
	writeFileSync(file, JSON.stringify({ hosts: { n1: { agent, options } } }));
	chmodSync(file, 0o600);
	return openFence(file, { timeoutMs, signal });
}

const seen = (): Seen[] =>
	readFileSync(record, 'utf8')
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line));

const isAlive = (pid: number) => {
	try {
		// A zombie that nobody has collected is as dead as any.
		return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
	} catch {
		return false;
	}
};

const readings: readonly { behave: string; expected: unknown }[] = [
	{ behave: 'on', expected: { kind: 'on' } },
	{ behave: 'off', expected: { kind: 'off' } },
	{ behave: 'denied', expected: { kind: 'error', error: 'agent exited with 3' } },
	{
		behave: 'usage',
		expected: { kind: 'error', error: 'agent exited with 2 and did not say Status: OFF' },
	},
	{ behave: 'killed', expected: { kind: 'error', error: 'agent was ended by SIGKILL' } },
	{ behave: 'child', expected: { kind: 'off' } },
	{ behave: 'orphan', expected: { kind: 'off' } },
];
for (const { behave, expected } of readings) {
	test(`an agent that is ${behave} is read as ${JSON.stringify(expected)}`, async () => {
		assert.deepEqual(await fenceOf(behave).status('n1'), expected);
		for (const { child } of seen())
			if (child && behave === 'orphan') process.kill(child, 'SIGKILL');
	});
}

test('options are on stdin, none in the arguments or the environment (I7)', async () => {
	assert.deepEqual(await fenceOf('off').off('n1'), { ok: true });
	const [{ argv, env, lines } = assert.fail('it ran')] = seen();
	assert.deepEqual(argv, []);
	assert.ok(!JSON.stringify(env).includes(secret), 'no secret in the environment');
	assert.equal(env['HOME'], undefined, 'the environment is ours');
	assert.deepEqual(lines.toSorted(), [
		...['action=off', 'behave=off', 'ip=10.0.0.1', 'lanplus=1'],
		...[`password=${secret}`, `record=${record}`],
	]);
});

for (const behave of ['hang', 'stubborn', 'nest']) {
	test(`an agent that does not end (${behave}) is killed with all that it started`, async () => {
		const said = await fenceOf(behave, { timeoutMs: 1500 }).status('n1');
		assert.deepEqual(said, { kind: 'error', error: 'agent did not end within 1.5 s' });
		const pids = existsSync(record) ? seen().map(({ pid, child }) => pid ?? child) : [];
		for (const pid of pids) await eventually(() => !isAlive(pid), { what: `${pid} is gone` });
	});
}

test('an agent is killed when the run is being ended', async () => {
	const ending = new AbortController();
	const off = fenceOf('hang', { signal: ending.signal }).off('n1');
	await eventually(() => existsSync(record), { what: 'it runs' });
	ending.abort();
	assert.deepEqual(await off, { ok: false, error: 'off: agent this run is being ended' });
	const [{ pid } = assert.fail('it ran')] = seen();
	await eventually(() => !isAlive(pid), { what: 'it is gone' });
});

test('an agent that is not there, a host without one, and a file that cannot be used are errors', async () => {
	const error = (text: string) => ({ kind: 'error', error: text });
	const gone = await fenceOf('on', { agent: inDirectory('dangling') }).status('n1');
	assert.deepEqual(gone, error('dangling cannot be run: ENOENT'));
	assert.deepEqual(await fenceOf('on').status('n2'), error('no fence agent for it'));
	const open = fenceOf('on');
	chmodSync(inDirectory('fence-agents.yaml'), 0o644);
	const said = await open.off('n1');
	assert.match(said.ok ? '' : said.error, /has mode 0644, expected 0600/);
});
