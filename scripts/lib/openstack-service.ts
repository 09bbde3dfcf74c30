/** One process of an OpenStack: started, stopped, killed, and started again where it was. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { dyingWithParent } from './dying-with-parent.ts';
import { eventually } from './eventually.ts';
import type { Site } from './openstack-site.ts';

/** How a service is run, and how to tell that it is ready. */
export interface ServiceSpec {
	readonly name: string;
	readonly command: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	/** Default: root. */
	readonly user?: string;
	/** Tried again until it is true. */
	readonly ready: () => Promise<boolean> | boolean;
	/** What `stop` sends, and the kernel when this process dies. Default: TERM, KILL. */
	readonly signals?: { readonly stop: NodeJS.Signals; readonly orphan: string };
}

/** A service of an OpenStack. */
export interface Service {
	/** Undefined while it does not run. */
	readonly pid: number | undefined;
	/** Resolves when it is ready. */
	start(): Promise<void>;
	/** As its unit is stopped; what does not end in ten seconds is killed. */
	stop(): Promise<void>;
	/** SIGKILL, children too. */
	kill(): Promise<void>;
}

const READY_MS = 240_000;
const STOP_MS = 10_000;

/** The service is not started yet. */
export function createService(site: Site, spec: ServiceSpec): Service {
	const { name, ready, signals = { stop: 'SIGTERM', orphan: 'KILL' } } = spec;
	const logFile = site.path('log', `${name}.out`);
	let child: ChildProcess | undefined;

	const start = async () => {
		if (child !== undefined) throw new Error(`${name} runs already`);
		const started = launch(site, spec, logFile, signals.orphan);
		child = started;
		started.once('exit', () => {
			if (child === started) child = undefined;
		});
		const state = async () => (child === started ? await ready() : 'ended');
		const patience = { timeoutMs: READY_MS, everyMs: 50, what: `${name} being ready` };
		if ((await eventually(state, patience)) !== 'ended') return;
		throw new Error(`${name} ended: ${readFileSync(logFile, 'utf8').slice(-2_000)}`);
	};
	const end = async (signal: (ending: ChildProcess) => void) => {
		const ending = child;
		if (ending === undefined) return;
		const ended = once(ending, 'exit');
		signal(ending);
		const timer = setTimeout(() => killGroup(ending), STOP_MS);
		await ended;
		clearTimeout(timer);
		killGroup(ending);
	};
	return {
		get pid() {
			return child?.pid;
		},
		start,
		stop: () => end((ending) => void ending.kill(signals.stop)),
		kill: () => end(killGroup),
	};
}

// In a process group of its own, so that its workers end with it.
function launch(site: Site, spec: ServiceSpec, logFile: string, orphan: string): ChildProcess {
	const [command = '', ...args] = dyingWithParent(spec.command, orphan, spec.user);
	const log = openSync(logFile, 'a');
	try {
		const env = site.env(spec.env);
		return spawn(command, args, { cwd: '/', env, detached: true, stdio: ['ignore', log, log] });
	} finally {
		closeSync(log);
	}
}

function killGroup({ pid }: ChildProcess): void {
	if (pid === undefined) return;
	try {
		process.kill(-pid, 'SIGKILL');
	} catch {
		// Nothing of it is left.
	}
}
