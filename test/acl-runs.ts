import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type AclCloud, type Network, networks, rulesOf, tokenFile } from './acl-cloud.ts';
import { type Ran, runBundle } from './bundle.ts';
import { type HubKv, openHubKv } from './hub-kv.ts';

/** Token files by network. */
export type Files = Partial<Record<Network, string>>;

/** Executables run against a cloud with ACLs, and all that they leave behind. */
export interface AclRuns {
	/** KV as somebody who may see all of it has it. */
	readonly kv: HubKv;
	/** Token files of exactly the policies that are in `consul.d`. */
	readonly good: Readonly<Record<Network, string>>;
	/** Settings of hostmonitor.yaml with these token files. */
	settings(files: Files): Readonly<Record<string, unknown>>;
	run(bundle: string, files: Files, ...args: readonly string[]): Promise<Ran>;
	/** Runs snapshot-network. */
	look(files: Files, network: Network): Promise<Ran>;
	/** Fails if any token is in KV, in a log, in an output or in any process' arguments. */
	findNoToken(): Promise<void>;
}

export async function openAclRuns(cloud: AclCloud, endpoint: string): Promise<AclRuns> {
	const { controller, compute, root, secrets } = cloud;
	const kv = openHubKv(controller.agent('management').http, () => root.management);
	const ran: Ran[] = [];
	const make = async (network: Network) =>
		tokenFile(cloud, network, await cloud.token(network, rulesOf(network)));
	const good = { management: await make('management'), storage: await make('storage') };
	const settings = (files: Files) => {
		const of = (network: Network) => ({
			http_addr: controller.agent(network).http,
			...(files[network] !== undefined && { token_file: files[network] }),
		});
		return {
			networks: Object.fromEntries(networks.map((network) => [network, of(network)])),
			...{ confirm: '1s', masakari: { endpoint, auth: 'none' } },
		};
	};
	let runs = 0;
	const run = async (bundle: string, files: Files, ...args: readonly string[]) => {
		// A file of its own: runs may be side by side.
		const config = join(cloud.dir, `hostmonitor-${++runs}.yaml`);
		renameSync(controller.configure(settings(files)), config);
		const ended = await runBundle(bundle, ['--config', config, ...args], '[]');
		ran.push(ended);
		return ended;
	};
	return {
		...{ kv, good, settings, run },
		look: (files, network) => run('handlers/snapshot-network', files, '--network', network),
		findNoToken: async () => {
			const values = (await kv.all()).map(({ key, text }) => key + text);
			const logs = [...controller.agents, ...compute.agents].map((agent) => agent.logs());
			const texts = [...values, ...logs, ...ran.map(({ all }) => all), ...argumentLists()];
			for (const secret of secrets) assert.ok(!texts.some((text) => text.includes(secret)));
		},
	};
}

function argumentLists(): string[] {
	const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
	return pids.map((pid) => {
		try {
			return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
		} catch {
			return ''; // it has ended
		}
	});
}
