import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from '../../handlers/lib/errors.ts';
import type { CommandResult, Run } from '../../handlers/lib/run.ts';

/** One subcommand; its name is its key in the table. */
export interface Command {
	/** What comes after its name, as its help shows it; one line for each form. */
	readonly usage: readonly string[];
	/** One line for the list of all. */
	readonly summary: string;
	/** What an operator has to know before running it. */
	readonly help: string;
	run(run: Run): Promise<CommandResult>;
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** Options that every command takes. */
export const globalOptions = {
	config: { type: 'string' },
	help: { type: 'boolean', short: 'h' },
} as const satisfies Options;

/** The command line of one command; whatever it does not know is a UsageError. */
export function parseOptions<const T extends Options>(argv: readonly string[], options: T) {
	try {
		return parseArgs({
			args: [...argv],
			options: { ...globalOptions, ...options },
			allowPositionals: true,
			strict: true,
		});
	} catch (error) {
		const text = error instanceof Error ? error.message : String(error);
		// Node's second sentence is about arguments that begin with a dash.
		throw new UsageError(text.split(/\. |\n/)[0] ?? text);
	}
}

/** The only argument, or a UsageError. */
export function onlyOne(positionals: readonly string[], what: string): string {
	const [first, second] = positionals;
	if (first === undefined || first === '') throw new UsageError(`${what} is missing`);
	if (second !== undefined) throw new UsageError(`one ${what}, not also "${second}"`);
	return first;
}

/** A UsageError where there are arguments that the command does not take. */
export function none(positionals: readonly string[]): void {
	const [first] = positionals;
	if (first !== undefined) throw new UsageError(`unexpected argument "${first}"`);
}
