import { parseArgs } from 'node:util';
import { UsageError } from '../../handlers/lib/errors.ts';
import type { CommandResult, Run } from '../../handlers/lib/run.ts';
import manifest from '../../package.json' with { type: 'json' };
import { type Command, globalOptions, none, parseOptions } from './command.ts';
import { commands } from './commands.ts';

/** Where the command's own arguments begin; options may stand before its name. */
function split(argv: readonly string[]): {
	readonly before: readonly string[];
	readonly name: string | undefined;
	readonly after: readonly string[];
} {
	const options = globalOptions;
	const loose = { strict: false, allowPositionals: true, tokens: true, options } as const;
	const { tokens } = parseArgs({ ...loose, args: [...argv] });
	const at = tokens.find(({ kind }) => kind === 'positional')?.index ?? argv.length;
	return { before: argv.slice(0, at), name: argv[at], after: argv.slice(at + 1) };
}

function usageOf(name: string, { usage }: Command): string {
	return usage.map((form) => `usage: hostmonitor ${name} ${form}`.trimEnd()).join('\n');
}

function helpOf(name: string, command: Command): string {
	const common = 'Also --config FILE (or HOSTMONITOR_CONFIG) and --help.';
	return [usageOf(name, command), command.help, common].join('\n\n');
}

function generalHelp(): string {
	const width = Math.max(...Object.keys(commands).map(({ length }) => length));
	const list = Object.entries(commands).map(
		([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`,
	);
	return [
		'usage: hostmonitor [--config FILE] COMMAND [ARGUMENTS]',
		['Commands:', ...list].join('\n'),
		[
			'  --config FILE  default: HOSTMONITOR_CONFIG, or /etc/hostmonitor/hostmonitor.yaml',
			'  --help         of a command: hostmonitor COMMAND --help',
			'  --version',
		].join('\n'),
		'Exit codes: 0 done, 64 usage, 65 the input or a value in KV is not as agreed,\n' +
			'69 Consul or Masakari does not answer, 70 a bug, 75 not done in time, 78 configuration.',
	].join('\n\n');
}

const wantsHelp = (argv: readonly string[]): boolean => {
	const end = argv.indexOf('--');
	return argv.slice(0, end < 0 ? argv.length : end).some((arg) => arg === '--help' || arg === '-h');
};

/** Finds the command and runs it; a UsageError says how it is used. */
export async function dispatch(run: Run): Promise<CommandResult> {
	const { before, name, after } = split(run.argv);
	if (wantsHelp(before)) return { text: generalHelp() };
	let usage = 'see: hostmonitor --help';
	try {
		const { values, positionals } = parseOptions(before, { version: { type: 'boolean' } });
		none(positionals);
		if (values.version) return { text: manifest.version };
		if (name === undefined) throw new UsageError('a command is missing');
		const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
		if (command === undefined) throw new UsageError(`there is no command "${name}"`);
		if (wantsHelp(after)) return { text: helpOf(name, command) };
		usage = usageOf(name, command);
		return await command.run({ ...run, argv: [...before, ...after] });
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		throw new UsageError(`${error.message}\n${usage}`, { cause: error });
	}
}
