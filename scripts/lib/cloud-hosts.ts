import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { hostAddress } from './cloud-address.ts';
import { createAgent } from './cloud-agent.ts';
import { createHost, type Host } from './cloud-host.ts';

const CONSUL_D = resolve(import.meta.dirname, '../../consul.d');

// A crash is noticed within 3 s instead of 8; gossiping oftener costs a core for 36 agents.
const FAST = {
	gossip_lan: { probe_interval: '500ms', probe_timeout: '400ms', suspicion_mult: 3 },
	performance: { raft_multiplier: 1 },
};

/** Where hosts are when not on loopback: each in a network namespace of its own. */
export interface Place {
	/** The address of a host (counted from 1) on a network (from 0). */
	address(network: number, host: number): string;
	/** Where its agents' HTTP API is, whatever becomes of its networks. */
	httpAddress(host: number): string;
	/** What a command that is to run on it begins with. */
	enter(host: number): readonly string[];
}

/** Which hosts there are, and where. */
export interface HostsOptions {
	readonly networks: readonly string[];
	readonly cloud: number;
	readonly dir: string;
	readonly mark: string;
	readonly controllers?: number;
	/** How many, or their names. */
	readonly computes?: number | readonly string[];
	readonly gossip?: 'default' | 'fast';
	readonly args?: readonly string[];
	readonly place?: Place;
	readonly env?: Readonly<Record<string, string>>;
}

/** Compute hosts are called as somebody says, or counted; four by default. */
export function computeNames(computes: number | readonly string[] = 4): readonly string[] {
	return typeof computes === 'number' ? counted('compute', computes) : computes;
}

/** Controllers first; nothing is started yet. */
export function createHosts(options: HostsOptions): Host[] {
	const { controllers = 3, place } = options;
	const common = join(options.dir, 'common.json');
	writeFileSync(common, JSON.stringify(options.gossip === 'fast' ? FAST : {}));
	const names = [...counted('controller', controllers), ...computeNames(options.computes)];
	return names.map((name, index) => {
		const isController = index < controllers;
		const role = isController ? 'controller' : 'compute';
		const dir = join(options.dir, name);
		const agents = options.networks.map((network, position) => {
			const at = (host: number) =>
				place?.address(position, host) ?? hostAddress(position, options.cloud, host);
			const file = join(CONSUL_D, network, isController ? 'server.json' : 'client.json');
			const address = at(index + 1);
			const httpAddress = place?.httpAddress(index + 1) ?? address;
			const join_ = Array.from({ length: controllers }, (_, other) => [
				'-retry-join',
				at(other + 1),
			]);
			return createAgent({
				node: name,
				network,
				address,
				http: `${httpAddress}:${httpPortOf(file)}`,
				enter: place?.enter(index + 1) ?? [],
				dir: join(dir, network),
				mark: options.mark,
				...(options.env && { env: options.env }),
				args: [
					...['-config-file', file, '-config-file', common, '-retry-interval', '500ms'],
					...join_.flat(),
					...(isController ? ['-bootstrap-expect', String(controllers)] : []),
					// The examples bind HTTP to 127.0.0.1, which every host would share here.
					...['-hcl', `addresses { http = "${httpAddress}" }`],
					...(options.args ?? []),
				],
			});
		});
		return createHost(name, role, dir, agents);
	});
}

function counted(what: string, length: number): readonly string[] {
	return Array.from({ length }, (_, index) => `${what}-${index + 1}`);
}

function httpPortOf(file: string): number {
	const { ports } = JSON.parse(readFileSync(file, 'utf8')) as { ports: { http: number } };
	return ports.http;
}
