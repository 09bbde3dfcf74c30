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

/** What forks faster than this is nothing that a cloud starts. */
const passes = 20;

/**
 * Handlers outlive a killed agent as orphans: only the mark finds them. What was started while /proc was
 * being read is found by the next pass.
 */
export function killMarked(mark: string, list = processes): void {
	for (let pass = 0; pass < passes; pass++) {
		const found = list().filter((pid) => pid !== process.pid && isMarked(pid, mark));
		if (found.length === 0) return;
		for (const pid of found) kill(pid);
	}
}

function kill(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// It ended by itself.
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
