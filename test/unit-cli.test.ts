import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../handlers/lib/errors.ts';
import { parseOptions } from '../scripts/lib/command.ts';
import { commands } from '../scripts/lib/commands.ts';
import { dispatch } from '../scripts/lib/dispatch.ts';

const run = (...argv: string[]) => {
	const { signal } = new AbortController();
	return dispatch({ argv, env: {}, signal, log: () => assert.fail('a command logs nothing') });
};
const usage = (text: RegExp) => (error: unknown) => {
	assert.ok(error instanceof UsageError);
	assert.match(error.message, text);
	return true;
};

const refused: readonly { argv: readonly string[]; because: RegExp }[] = [
	{ argv: [], because: /^a command is missing\nsee: hostmonitor --help$/ },
	{ argv: ['evacuate'], because: /^there is no command "evacuate"\nsee/ },
	{ argv: ['constructor'], because: /no command "constructor"/ },
	{ argv: ['--json', 'status'], because: /^Unknown option '--json'\nsee/ },
	{
		argv: ['status', '--yaml'],
		because: /^Unknown option '--yaml'\nusage: hostmonitor status \[--json\]$/,
	},
	{ argv: ['status', 'n1'], because: /unexpected argument "n1"/ },
	{ argv: ['status', '--config'], because: /--config/ },
	{
		argv: ['maintenance'],
		because: /^HOST is missing\nusage: hostmonitor maintenance HOST --reason/,
	},
	{ argv: ['maintenance', 'n1'], because: /--reason TEXT is missing/ },
	{ argv: ['maintenance', 'n1', 'n2', '--reason', 'x'], because: /one HOST, not also "n2"/ },
	{ argv: ['maintenance', 'n1', '--reason', ' '], because: /--reason TEXT is missing/ },
	{
		argv: ['maintenance', 'n1', '--reason', 'x', '--for', '2 days'],
		because: /--for 2 days: expected/,
	},
	{ argv: ['maintenance', '--clear', 'n1', '--for', '1h'], because: /--clear takes no --for/ },
	{ argv: ['pause'], because: /--reason TEXT is missing/ },
	{ argv: ['pause', '--reason', 'x', '--for', '0s'], because: /--for 0s: expected/ },
	{ argv: ['resume', '--reason', 'x'], because: /Unknown option '--reason'/ },
	{ argv: ['approve', '--reason', 'x'], because: /HOST is missing, or --all/ },
	{ argv: ['approve', 'n1', '--all', '--reason', 'x'], because: /either HOST or --all/ },
	{ argv: ['approve', 'n1'], because: /--reason TEXT is missing/ },
	{ argv: ['approve', 'n1', '--reason', 'x', '--for', '1h'], because: /Unknown option '--for'/ },
	{ argv: ['forget'], because: /HOST is missing/ },
	{ argv: ['acknowledge'], because: /HOST is missing/ },
	{ argv: ['render', '--out', 'x'], because: /--network NAME is missing/ },
	{ argv: ['render', '--network', 'storage'], because: /--out DIR is missing/ },
];
for (const { argv, because } of refused) {
	test(`I8: hostmonitor ${argv.join(' ')} is a usage error before anything is read`, async () => {
		await assert.rejects(run(...argv), usage(because));
	});
}

for (const [name, { usage: forms }] of Object.entries(commands)) {
	test(`${name} --help shows each of its forms within 100 columns`, async () => {
		const { text } = await run(name, '--help');
		for (const form of forms) assert.ok(text.includes(`hostmonitor ${name} ${form}`.trimEnd()));
		for (const line of text.split('\n')) assert.ok(line.length <= 100, line);
	});
}

test('the help lists every command, and --version is a version', async () => {
	const { text } = await run('--help');
	for (const name of Object.keys(commands)) assert.match(text, new RegExp(`^  ${name} +\\w`, 'm'));
	assert.match((await run('--version')).text, /^\d+\.\d+\.\d+$/);
});

test('an option of the command may stand before a value that begins with a dash only with =', () => {
	const reason = { reason: { type: 'string' } } as const;
	assert.equal(parseOptions(['--reason=-x'], reason).values.reason, '-x');
	assert.throws(() => parseOptions(['--reason', '-x'], reason), UsageError);
});
