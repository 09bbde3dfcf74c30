import { messageOf } from '../../handlers/lib/errors.ts';

/** Runs a demo, whose exit code is what `main` gives; a first Ctrl-C ends it, and what it has started. */
export function runDemo(name: string, main: () => Promise<number>): void {
	// npm passes on what the terminal has sent to all: a second Ctrl-C must not cut the cleanup short.
	process.on('SIGINT', () => process.exit(130));
	main().then(
		// Blocking queries of a story that went wrong would keep the process alive.
		(code) => process.exit(code),
		(error: unknown) => {
			console.error(`${name}: ${messageOf(error)}`);
			process.exit(1);
		},
	);
}
