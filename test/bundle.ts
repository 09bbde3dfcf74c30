import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/** How a bundle ended. */
export interface Ran {
	readonly exitCode: number | undefined;
	readonly stdout: string;
	readonly stderr: string;
	/** Both streams, as an agent keeps them. */
	readonly all: string;
}

/** One line of a handler's log. */
export interface LogLine {
	readonly level: string;
	readonly message: string;
}

/**
 * Runs a file of `dist/` as an agent does: in `/`, with a bare environment, stdin given. One that does not
 * end by itself fails the test. With `memory` it has that many KiB for all that it allocates, on the heap and
 * off it, and dies of more.
 */
export async function runBundle(
	bundle: string,
	args: readonly string[],
	stdin: string | Uint8Array | Readable = 'null',
	env: Readonly<Record<string, string>> = {},
	memory?: number,
): Promise<Ran> {
	const limit = memory ? ['/bin/sh', '-c', 'ulimit -d "$0" && exec "$@"', String(memory)] : [];
	const [file, ...rest] = [...limit, process.execPath, `${dist}${bundle}.js`, ...args];
	const ran = await execa(file ?? '', rest, {
		...{ cwd: '/', env: { PATH: '/usr/bin:/bin', ...env }, extendEnv: false },
		...{ input: stdin, all: true, reject: false, timeout: 120_000 },
	});
	assert.ok(!ran.timedOut && ran.signal === undefined, `${bundle} did not end by itself`);
	const { exitCode, stdout, stderr, all } = ran;
	return { exitCode, stdout, stderr, all };
}

/** A handler's log, which is all that it prints. */
export function logOf({ stdout, stderr }: Ran): LogLine[] {
	assert.equal(stdout, '');
	return stderr.split('\n').map((line) => JSON.parse(line) as LogLine);
}

/** The one line of a handler that ended with this exit code. */
export function lineOf(ran: Ran, exitCode: number): LogLine {
	assert.equal(ran.exitCode, exitCode, ran.all);
	const [line, ...more] = logOf(ran);
	assert.deepEqual(more, []);
	assert.ok(line);
	assert.equal(line.level, exitCode === 0 ? 'info' : 'error');
	return line;
}
