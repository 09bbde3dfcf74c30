import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimNumber } from './cloud-address.ts';
import type { Agent } from './cloud-agent.ts';
import { atExit, killMarked } from './cloud-cleanup.ts';
import type { Host } from './cloud-host.ts';
import { createHosts, type Place } from './cloud-hosts.ts';
import { installPlugins, type Plugins, writePlugins } from './cloud-plugins.ts';
import { consulGet, serfHealth } from './consul-api.ts';
import { eventually } from './eventually.ts';

/** How large a cloud is and how it behaves. */
export interface CloudOptions {
	/** Names of folders in `consul.d/`; the first is the hub. */
	readonly networks?: readonly string[];
	readonly controllers?: number;
	/** How many, or their names. */
	readonly computes?: number | readonly string[];
	/** Where its files go, and stay; default: a temporary directory that goes with the cloud. */
	readonly dir?: string;
	/** With `fast` a dead host is noticed within 3 s instead of 8. */
	readonly gossip?: 'default' | 'fast';
	/** Present from the agents' start; without, `install` brings them later. */
	readonly plugins?: Plugins;
	/** More `consul agent` flags for every agent. */
	readonly args?: readonly string[];
	/** Default: loopback addresses of this machine. */
	readonly place?: Place;
	/** What the agents' units set, for all that they run. */
	readonly env?: Readonly<Record<string, string>>;
}

/** Real Consul clusters on loopback addresses, one per network, with the files of `consul.d/`. */
export interface Cloud {
	readonly dir: string;
	readonly networks: readonly string[];
	readonly hub: string;
	readonly controllers: readonly Host[];
	readonly computes: readonly Host[];
	host(name: string): Host;
	/** Waits for the controller that leads the cluster of a network (default: the hub). */
	leader(network?: string): Promise<Host>;
	/** Renders the plugin set for a controller's agents (default: of all networks) and reloads them. */
	install(controller: Host, plugins?: Plugins, networks?: readonly string[]): Promise<void>;
	/** Kills all that the cloud started, also what its agents run. */
	close(): Promise<void>;
}

/** Resolves when every cluster has a leader and every host is passing in all of them. */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
	const { networks = ['management', 'tenant', 'storage'], plugins } = options;
	const claim = await claimNumber();
	const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'hostmonitor-cloud-'));
	const mark = `${process.pid}-${claim.number}`;
	const hosts = createHosts({ ...options, networks, cloud: claim.number, dir, mark });
	const controllers = hosts.filter(({ role }) => role === 'controller');
	const computes = hosts.filter(({ role }) => role === 'compute');
	const host = (name: string) => found(hosts, (one) => one.name === name, `host ${name}`);

	const clear = () => {
		killMarked(mark);
		if (options.dir === undefined) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
	};
	const forget = atExit(clear);
	const close = async () => {
		await Promise.all(hosts.map((one) => one.kill()));
		clear();
		forget();
		claim.release();
	};
	const leader = (network = networks[0] ?? '') =>
		eventually(() => currentLeader(controllers, network), { what: `a leader of ${network}` });
	try {
		if (plugins) for (const one of controllers) writePlugins(one, networks, plugins);
		// Not all at once: that starves every cloud on this machine, until its own gossip calls hosts dead.
		for (const one of hosts) await one.start();
		await Promise.all(networks.map((network) => allPassing(hosts, network)));
	} catch (error) {
		await close();
		throw error;
	}
	const install = (controller: Host, what: Plugins = {}, where = networks) =>
		installPlugins(controller, networks, what, where);
	return {
		dir,
		networks,
		hub: networks[0] ?? '',
		controllers,
		computes,
		host,
		leader,
		install,
		close,
	};
}

// A follower names a leader that died for some seconds more; one that is paused does not answer.
async function currentLeader(controllers: readonly Host[], network: string) {
	const live = controllers.filter((one) => one.agent(network).pid !== undefined);
	const ask = ({ http }: Agent) => consulGet(http, '/v1/status/leader', 2_000);
	const rpc = String(await Promise.any(live.map((one) => ask(one.agent(network)))));
	return live.find((one) => rpc.startsWith(`${one.agent(network).address}:`));
}

async function allPassing(hosts: readonly Host[], network: string): Promise<void> {
	const { http } = found(hosts, () => true, 'controller').agent(network);
	await serfHealth(http, (byNode) => hosts.every(({ name }) => byNode.get(name) === 'passing'), {
		timeoutMs: 60_000,
		what: `${hosts.length} hosts passing on ${network}`,
	});
}

function found(hosts: readonly Host[], wanted: (host: Host) => boolean, what: string): Host {
	const host = hosts.find(wanted);
	if (host === undefined) throw new Error(`no ${what} in this cloud`);
	return host;
}
