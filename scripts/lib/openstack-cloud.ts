/** An OpenStack and the Consul clusters of its hosts: all that stands between a dead host and its VMs. */

import { type Cloud, type CloudOptions, startCloud } from './cloud.ts';
import { type OpenStack, startOpenStack } from './openstack.ts';
import { type Nova, openNova } from './openstack-vm.ts';

/** Both, and hosts that die and return in both at once. */
export interface OpenStackCloud {
	readonly openstack: OpenStack;
	readonly nova: Nova;
	readonly cloud: Cloud;
	/** Writes every controller's configuration anew and reloads its agents. */
	configure(settings?: Readonly<Record<string, unknown>>): Promise<void>;
	/** Its three agents and its nova-compute are killed: all that a power cut takes of a host here. */
	kill(host: string): Promise<void>;
	/** All of it that does not run is started. */
	start(host: string): Promise<void>;
	/** Processes of a host that runs. */
	pids(host: string): readonly number[];
	close(): Promise<void>;
}

/** Names of the compute hosts, also in Nova and in Masakari. */
export const computes = ['n1', 'n2', 'n3'] as const;

/** The plugin set is not installed yet: `configure` does that. */
export async function startOpenStackCloud(
	gossip: CloudOptions['gossip'] = 'default',
): Promise<OpenStackCloud> {
	const openstack = await startOpenStack({ nova: true, computes });
	const closing: (() => Promise<void>)[] = [openstack.close];
	const close = async () => {
		for (const one of closing.reverse()) await one();
	};
	try {
		const nova = await openNova(openstack);
		// After OpenStack, which takes all there is of the machine: a starved agent looks like a dead one.
		const env = { OS_CLIENT_CONFIG_FILE: openstack.cloudsFile };
		const cloud = await startCloud({ computes, gossip, env, args: ['-ui'] });
		closing.push(cloud.close);
		return { openstack, nova, cloud, ...actsOn(openstack, cloud), close };
	} catch (error) {
		await close();
		throw error;
	}
}

function actsOn({ service }: OpenStack, cloud: Cloud) {
	const computeOf = (host: string) => service(`nova-compute-${host}`);
	return {
		configure: async (settings: Readonly<Record<string, unknown>> = {}) => {
			// The token's directory is beside each controller's configuration: a token for each.
			const own = { masakari: { cloud: 'monitor' }, cache_dir: 'cache' };
			const all = { settings: { ...own, ...settings } };
			await Promise.all(cloud.controllers.map((one) => cloud.install(one, all)));
		},
		kill: async (host: string) => {
			await Promise.all([cloud.host(host).kill(), computeOf(host).kill()]);
		},
		start: async (host: string) => {
			const dead = [...cloud.host(host).agents, computeOf(host)].filter(
				({ pid }) => pid === undefined,
			);
			await Promise.all(dead.map((one) => one.start()));
		},
		pids: (host: string) =>
			[...cloud.host(host).agents, computeOf(host)].flatMap(({ pid }) => pid ?? []),
	};
}
