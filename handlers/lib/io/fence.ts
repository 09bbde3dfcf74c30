/**
 * Runs ClusterLabs fence agents. By node:child_process, not execa: an agent is over when it exits,
 * whatever a child of it still holds open, and it is killed with its whole process group; execa would
 * wait for the pipes and kill the agent alone. Nor does it cost aggregate-hosts any time to start.
 */
import { spawn } from 'node:child_process';
import type { Offed, PowerReading } from '../decide/fencing.ts';
import { messageOf } from '../errors.ts';
import type { FenceAgent, FenceAgents } from '../schema/fencing-file.ts';
import { loadFencing } from './fencing-file.ts';

/** The BMCs, by way of their fence agents. No call throws, and no error holds an option's value (I7). */
export interface Fence {
	/** What the BMC says of the host's power, within `limitMs` or the configured timeout. */
	status(host: string, limitMs?: number): Promise<PowerReading>;
	/** Powers the host off. Its end proves nothing: only a reading does. */
	off(host: string): Promise<Offed>;
}

/** How an agent ended; `said` is what it printed, which may hold a password: it goes nowhere. */
type Ran =
	| { readonly kind: 'exited'; readonly code: number; readonly said: string }
	| { readonly kind: 'failed'; readonly error: string };

export interface FenceLimits {
	readonly timeoutMs: number;
	readonly signal: AbortSignal;
}

const maxSaid = 64 * 1024;
/** How long what an agent printed may take to arrive once it has exited. */
const drainMs = 500;

/** Runs one agent to its end, never longer than its time; nothing that it started stays. */
function runAgent(
	{ agent, options }: FenceAgent,
	action: 'status' | 'off',
	{ timeoutMs, signal }: FenceLimits,
): Promise<Ran> {
	return new Promise((resolve) => {
		if (signal.aborted) return resolve({ kind: 'failed', error: 'this run is being ended' });
		const child = spawn(agent, [], {
			cwd: '/',
			env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
			// A process group of its own, so that all of it can be killed.
			detached: true,
			stdio: ['pipe', 'pipe', 'ignore'],
		});
		let said = '';
		const killAll = () => {
			try {
				if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
			} catch {
				// all of it is gone
			}
		};
		const end = (ran: Ran) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', onAbort);
			killAll();
			child.stdin.destroy();
			child.stdout.destroy();
			child.unref();
			resolve(ran);
		};
		const onAbort = () => end({ kind: 'failed', error: 'this run is being ended' });
		const late = `did not end within ${timeoutMs / 1000} s`;
		const timer = setTimeout(() => end({ kind: 'failed', error: late }), timeoutMs);
		signal.addEventListener('abort', onAbort, { once: true });
		child.on('error', (error: NodeJS.ErrnoException) => {
			end({ kind: 'failed', error: `cannot be run: ${error.code ?? error.name}` });
		});
		child.on('exit', (code, killedBy) => {
			const ran: Ran =
				code === null
					? { kind: 'failed', error: `was ended by ${killedBy}` }
					: { kind: 'exited', code, said: '' };
			const drained = () => end(ran.kind === 'exited' ? { ...ran, said } : ran);
			child.on('close', drained);
			// Something that it left behind holds stdout: what is there by now is all that counts.
			setTimeout(drained, drainMs).unref();
		});
		child.stdout.setEncoding('latin1');
		child.stdout.on('data', (chunk: string) => {
			if (said.length < maxSaid) said += chunk;
		});
		// An agent that does not read its options ends with an error of its own.
		child.stdin.on('error', () => {});
		const lines = Object.entries({ ...options, action }).map(([key, value]) => `${key}=${value}\n`);
		child.stdin.end(lines.join(''));
	});
}

/** The last part of an agent's path, for errors. */
const nameOf = ({ agent }: FenceAgent) => agent.slice(agent.lastIndexOf('/') + 1);

async function readStatus(agent: FenceAgent, limits: FenceLimits): Promise<PowerReading> {
	const ran = await runAgent(agent, 'status', limits);
	const fails = (error: string) => ({ kind: 'error', error: `${nameOf(agent)} ${error}` }) as const;
	if (ran.kind === 'failed') return fails(ran.error);
	if (ran.code === 0) return { kind: 'on' };
	if (ran.code !== 2) return fails(`exited with ${ran.code}`);
	// 2 is `off`, and also what Python, sh and argparse end with where they cannot even begin.
	const isOff = /^\s*status:\s*off\s*$/im.test(ran.said);
	return isOff ? { kind: 'off' } : fails('exited with 2 and did not say Status: OFF');
}

async function powerOff(agent: FenceAgent, limits: FenceLimits): Promise<Offed> {
	const ran = await runAgent(agent, 'off', limits);
	if (ran.kind === 'exited' && ran.code === 0) return { ok: true };
	const error = ran.kind === 'failed' ? ran.error : `exited with ${ran.code}`;
	return { ok: false, error: `off: ${nameOf(agent)} ${error}` };
}

/** Fences by the agents of this file, which is read when the first of them is needed. */
export function openFence(file: string | undefined, limits: FenceLimits): Fence {
	let agents: FenceAgents | undefined;
	const agentOf = (host: string): FenceAgent | string => {
		if (file === undefined) return 'fencing is not configured';
		try {
			agents ??= loadFencing(file);
		} catch (error) {
			return messageOf(error);
		}
		return agents.get(host) ?? 'no fence agent for it';
	};
	return {
		status: async (host, limitMs = limits.timeoutMs) => {
			const agent = agentOf(host);
			if (typeof agent === 'string') return { kind: 'error', error: agent };
			const timeoutMs = Math.min(limits.timeoutMs, limitMs);
			return readStatus(agent, { ...limits, timeoutMs });
		},
		off: async (host) => {
			const agent = agentOf(host);
			if (typeof agent === 'string') return { ok: false, error: agent };
			return powerOff(agent, limits);
		},
	};
}
