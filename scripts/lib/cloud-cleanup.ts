import { readdirSync, readFileSync } from 'node:fs';

/** The environment variable that marks all a cloud has started: its agents, and what they run. */
export const CLOUD_MARK = 'HOSTMONITOR_CLOUD';

const pending = new Set<() => void>();
let watching = false;

/** Runs when this process ends for whatever reason but SIGKILL, unless it is taken back before. */
export function atExit(cleanup: () => void): () => void {
	if (!watching) watchProcess();
	watching = true;
	pending.add(cleanup);
	return () => pending.delete(cleanup);
}

/** Handlers outlive a killed agent as orphans: only the mark finds them. */
export function killMarked(mark: string): void {
	for (const pid of processes()) {
		if (pid === process.pid || !isMarked(pid, mark)) continue;
		try {
			process.kill(pid, 'SIGKILL');
		} catch {
			// It ended by itself.
		}
	}
}

function processes(): number[] {
	try {
		return readdirSync('/proc')
			.filter((name) => /^\d+$/.test(name))
			.map(Number);
	} catch {
		return []; // no /proc: agents are killed by pid, handlers end by themselves within a minute
	}
}

function isMarked(pid: number, mark: string): boolean {
	try {
		const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
		return environment.includes(`${CLOUD_MARK}=${mark}`);
	} catch {
		return false;
	}
}

function watchProcess(): void {
	process.on('exit', () => {
		for (const cleanup of pending) cleanup();
	});
	for (const [signal, number] of [
		['SIGHUP', 1],
		['SIGINT', 2],
		['SIGTERM', 15],
	] as const) {
		process.on(signal, () => process.exit(128 + number));
	}
}
