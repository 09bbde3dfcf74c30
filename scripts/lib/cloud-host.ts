import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from './cloud-agent.ts';

/** A controller runs servers, a compute host clients: one agent per network, all of one name. */
export interface Host {
	readonly name: string;
	readonly role: 'controller' | 'compute';
	readonly dir: string;
	/** In the networks' order. */
	readonly agents: readonly Agent[];
	/** Throws where the host has no such network. */
	agent(network: string): Agent;
	/** Each of these does it to all agents at once. */
	start(): Promise<void>;
	stop(): Promise<void>;
	kill(): Promise<void>;
	leave(): Promise<void>;
	pause(): void;
	resume(): void;
	/** Writes the host's own hostmonitor.yaml: its networks, then `settings`; gives its path. */
	configure(settings?: Readonly<Record<string, unknown>>): string;
}

/** The host's agents are not started yet. */
export function createHost(
	name: string,
	role: Host['role'],
	dir: string,
	agents: readonly Agent[],
): Host {
	const all = async (act: (agent: Agent) => Promise<void>) => {
		await Promise.all(agents.map(act));
	};
	return {
		name,
		role,
		dir,
		agents,
		agent: (network) => {
			const found = agents.find((agent) => agent.network === network);
			if (found === undefined) throw new Error(`${name} has no network ${network}`);
			return found;
		},
		start: () => all((agent) => agent.start()),
		stop: () => all((agent) => agent.stop()),
		kill: () => all((agent) => agent.kill()),
		leave: () => all((agent) => agent.leave()),
		pause: () => {
			for (const agent of agents) agent.pause();
		},
		resume: () => {
			for (const agent of agents) agent.resume();
		},
		configure: (settings = {}) => {
			const networks = Object.fromEntries(
				agents.map(({ network, http }) => [network, { http_addr: http }]),
			);
			const file = join(dir, 'hostmonitor.yaml');
			// All hosts share one kernel here: a refused connection proves nothing.
			const content = { networks, agent_probe: false, ...settings };
			writeFileSync(file, `${JSON.stringify(content, null, '\t')}\n`);
			return file;
		},
	};
}
