import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { type AgentOptions, spawnAgent } from './cloud-spawn.ts';
import { consulGet } from './consul-api.ts';
import { consulBinary } from './consul-binary.ts';
import { eventually } from './eventually.ts';

/** One Consul agent: a process that can be hurt in every way a host can, and started again. */
export interface Agent {
	readonly node: string;
	readonly network: string;
	readonly address: string;
	/** Where its HTTP API is: `http://127.21.7.1:8500`. */
	readonly http: string;
	/** Its configuration directory: what is put there works after a start or a reload. */
	readonly configDir: string;
	/** Undefined while it is not running. */
	readonly pid: number | undefined;
	/** How it last ended, which is what its unit goes by; null after a signal that it did not take. */
	readonly exitCode: number | null;
	/** All it has logged since the cloud began. */
	logs(): string;
	/** Resolves when the agent answers; its data directory is the one it had before. */
	start(): Promise<void>;
	/** SIGTERM, as its unit's restart does: no leave. */
	stop(): Promise<void>;
	/** SIGKILL, as a power cut does. */
	kill(): Promise<void>;
	/** SIGSTOP: the kernel still accepts connections, and nobody answers. */
	pause(): void;
	resume(): void;
	/** `consul leave`, as a host that shuts down does. */
	leave(): Promise<void>;
	reload(): Promise<void>;
	/** Runs `consul ARGS` against this agent and gives its output; a non-zero exit throws. */
	consul(...args: string[]): Promise<string>;
}

/** The agent is not started yet; its directories exist. */
export function createAgent(options: AgentOptions): Agent {
	const { node, network, address, dir } = options;
	const http = `http://${options.http}`;
	const configDir = join(dir, 'conf');
	const logFile = join(dir, 'agent.log');
	mkdirSync(configDir, { recursive: true });
	writeFileSync(logFile, '');
	const logs = () => readFileSync(logFile, 'utf8');
	let child: ChildProcess | undefined;
	let exitCode: number | null = null;

	const start = async () => {
		if (child !== undefined) throw new Error(`${node} already runs on ${network}`);
		const started = spawnAgent(options, configDir, logFile);
		child = started;
		started.once('exit', (code) => {
			exitCode = code;
			if (child === started) child = undefined;
		});
		const outcome = () =>
			child === started ? consulGet(http, '/v1/agent/members', 2_000) : 'ended';
		const patience = { timeoutMs: 60_000, everyMs: 50, what: `an answer from ${node} at ${http}` };
		if ((await eventually(outcome, patience)) !== 'ended') return;
		throw new Error(`${node} ended on ${network}: ${logs().slice(-2_000)}`);
	};
	const signal = (name: NodeJS.Signals) => {
		if (child === undefined) throw new Error(`${node} does not run on ${network}`);
		child.kill(name);
	};
	const end = async (name: NodeJS.Signals) => {
		const ending = child;
		if (ending === undefined) return;
		const ended = once(ending, 'exit');
		ending.kill(name);
		await ended;
	};
	const consul = async (...args: string[]) => {
		const env = { CONSUL_HTTP_ADDR: http };
		const { stdout } = await execa(consulBinary(), args, { env, extendEnv: false });
		return stdout;
	};
	return {
		node,
		network,
		address,
		http,
		configDir,
		get pid() {
			return child?.pid;
		},
		get exitCode() {
			return exitCode;
		},
		logs,
		start,
		stop: () => end('SIGTERM'),
		kill: () => end('SIGKILL'),
		pause: () => signal('SIGSTOP'),
		resume: () => signal('SIGCONT'),
		leave: async () => {
			const ended = child && once(child, 'exit');
			await consul('leave');
			await ended;
		},
		reload: async () => void (await consul('reload')),
		consul,
	};
}
