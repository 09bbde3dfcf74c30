import { capLines } from './decide/report-text.ts';
import { type ErrorCode, HostmonitorError, messageOf } from './errors.ts';
import { shareSignal } from './io/shared-signal.ts';
import { type Log, logToStderr } from './log.ts';

/** What an executable is given by its frame. */
export interface Run {
	readonly argv: readonly string[];
	readonly env: NodeJS.ProcessEnv;
	/** Aborted at the deadline and on SIGTERM or SIGINT. */
	readonly signal: AbortSignal;
	readonly log: Log;
}

/** A check's end: Consul knows 0 passing, 1 warning and critical; 3 says that we could not tell. */
export interface CheckResult {
	readonly exit: 0 | 1 | 2 | 3;
	/** The verdict in its first line, under 80 characters, then a capped list. */
	readonly text: string;
}

/** What an operator's command came to. */
export interface CommandResult {
	/** For stdout, without the last newline. */
	readonly text: string;
	/** What was wrong all the same: reported after the text, and the exit code is its. */
	readonly error?: HostmonitorError;
}

/** sysexits: Node itself uses 1 to 14. */
const exitCodes: Readonly<Record<ErrorCode, number>> = {
	USAGE: 64,
	INPUT: 65,
	CONSUL: 69,
	MASAKARI: 69,
	PARTLY: 75,
	DEADLINE: 75,
	CONFIG: 78,
};
const unexpected = 70;
/** How long a run may take to end after its deadline before it is ended. */
const graceMs = 3000;

/** An error's exit code: a class of ours has its own, anything else is a bug. */
export function exitCodeOf(error: unknown): number {
	return error instanceof HostmonitorError ? exitCodes[error.code] : unexpected;
}

/** Runs `body` until it ends, its deadline, or SIGTERM; never longer than the deadline and the grace. */
async function bounded<T>(
	seconds: number,
	onOverrun: () => never,
	body: (run: Run) => Promise<T>,
): Promise<T> {
	const ending = new AbortController();
	const signal = shareSignal(ending.signal);
	const end = (why: string) => ending.abort(new HostmonitorError('DEADLINE', why));
	const deadline = setTimeout(() => end(`not done within ${seconds} s`), seconds * 1000);
	const overrun = setTimeout(onOverrun, seconds * 1000 + graceMs);
	for (const name of ['SIGTERM', 'SIGINT'] as const) {
		process.once(name, () => {
			end(`ended by ${name}`);
			setTimeout(onOverrun, graceMs).unref();
		});
	}
	try {
		const { argv, env } = process;
		return await body({ argv: argv.slice(2), env, signal, log: logToStderr });
	} catch (error) {
		throw signal.aborted ? signal.reason : error;
	} finally {
		clearTimeout(deadline);
		clearTimeout(overrun);
	}
}

/** Runs a watch handler: `body` returns what it did in one sentence; the exit code says whether. */
export async function runHandler(
	name: string,
	seconds: number,
	body: (run: Run) => Promise<string>,
): Promise<void> {
	const overrun = (): never => {
		logToStderr('error', `${name}: did not end in time`);
		return process.exit(exitCodes.DEADLINE);
	};
	try {
		logToStderr('info', await bounded(seconds, overrun, body));
		process.exitCode = 0;
	} catch (error) {
		const stack =
			error instanceof HostmonitorError || !(error instanceof Error) ? {} : { stack: error.stack };
		logToStderr('error', `${name}: ${messageOf(error)}`, stack);
		process.exitCode = exitCodeOf(error);
	}
}

/** Runs a script check: whatever is thrown becomes 3, because Node's own 1 would read as a warning. */
export async function runCheck(
	name: string,
	seconds: number,
	body: (run: Run) => Promise<CheckResult>,
): Promise<void> {
	const overrun = (): never => {
		process.stdout.write(`${name}: did not end in time\n`);
		return process.exit(3);
	};
	try {
		// A check's output is its verdict: it logs nothing.
		const { exit, text } = await bounded(seconds, overrun, (run) =>
			body({ ...run, log: () => {} }),
		);
		process.stdout.write(`${text}\n`);
		process.exitCode = exit;
	} catch (error) {
		const lines = (error instanceof Error ? error.message : String(error)).split('\n');
		const listed = capLines(lines.map((line) => line.slice(0, 300)));
		process.stdout.write(`${name}: cannot tell\n${listed.join('\n')}\n`);
		process.exitCode = 3;
	}
}

/** Runs an operator's command: its text goes to stdout, what is wrong to stderr in plain words. */
export async function runCommand(
	name: string,
	seconds: number,
	body: (run: Run) => Promise<CommandResult>,
): Promise<void> {
	const fail = (error: unknown) => {
		const { message, stack } = error instanceof Error ? error : new Error(String(error));
		const text = error instanceof HostmonitorError ? message : (stack ?? message);
		process.stderr.write(`${name}: ${text}\n`);
		process.exitCode = exitCodeOf(error);
	};
	const overrun = (): never => {
		process.stderr.write(`${name}: did not end in time\n`);
		return process.exit(exitCodes.DEADLINE);
	};
	// Whoever reads through `head` has seen enough; a full disk is another matter.
	process.stdout.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code !== 'EPIPE') fail(new HostmonitorError('PARTLY', `stdout: ${error.message}`));
	});
	try {
		const { text, error } = await bounded(seconds, overrun, body);
		process.stdout.write(`${text}\n`);
		if (error) fail(error);
	} catch (error) {
		fail(error);
	}
}
