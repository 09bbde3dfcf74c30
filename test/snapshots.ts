import assert from 'node:assert/strict';
import type { Snapshot } from '../handlers/lib/decide/snapshot.ts';
import { type Cloud, type CloudOptions, startCloud } from '../scripts/lib/cloud.ts';
import type { Agent } from '../scripts/lib/cloud-agent.ts';
import { consulUntil, type NodeCheck } from '../scripts/lib/consul-api.ts';
import { lineOf, type Ran, runBundle } from './bundle.ts';
import { type Found, type HubKv, openHubKv } from './hub-kv.ts';

/** A small cloud whose network `storage` is looked at by controller-1. */
export interface Watched {
	readonly cloud: Cloud;
	/** controller-1's server. */
	readonly server: Agent;
	readonly kv: HubKv;
	readonly config: string;
	/** What `networks/storage` holds. */
	stored(): Promise<Found>;
	/** Runs snapshot-network with a configuration, controller-1's by default. */
	run(config?: string): Promise<Ran>;
	/** Runs it, expects it to end well, and gives what is stored then: all lists but those that are empty. */
	look(config?: string): Promise<Partial<Snapshot>>;
	/** Waits until the catalog says so of the node's checks. */
	catalog(node: string, wanted: (checks: readonly NodeCheck[]) => boolean): Promise<void>;
}

/** Nothing listens there: snapshots need no Masakari. */
export const masakari = { endpoint: 'http://127.0.0.1:9/v1', auth: 'none' };

/** Waits for serfHealth in this state, or for none at all. */
export const serf = (status?: 'passing' | 'critical') => (checks: readonly NodeCheck[]) =>
	checks.find(({ CheckID }) => CheckID === 'serfHealth')?.Status === status;

/** Whether `consul maint` is on. */
export const maintained = (checks: readonly NodeCheck[]) =>
	checks.some(({ CheckID }) => CheckID === '_node_maintenance');

export async function startWatched(options: CloudOptions): Promise<Watched> {
	const cloud = await startCloud({ controllers: 1, gossip: 'fast', ...options });
	const controller = cloud.host('controller-1');
	const config = controller.configure({ masakari });
	const server = controller.agent('storage');
	const kv = openHubKv(controller.agent(cloud.hub).http);
	const stored = async () => {
		const found = await kv.get('networks/storage');
		assert.ok(found, 'there is a snapshot');
		return found;
	};
	const run = (which = config) =>
		runBundle('handlers/snapshot-network', ['--config', which, '--network', 'storage'], '[]');
	return {
		...{ cloud, server, kv, config, stored, run },
		look: async (which) => {
			lineOf(await run(which), 0);
			const { version, ...lists }: Snapshot = JSON.parse((await stored()).text);
			assert.equal(version, 1);
			return Object.fromEntries(Object.entries(lists).filter(([, names]) => names.length > 0));
		},
		catalog: async (node, wanted) => {
			const path = `/v1/health/node/${node}?consistent`;
			const timeoutMs = 60_000;
			await consulUntil(server.http, path, (body) => wanted(body as NodeCheck[]), { timeoutMs });
		},
	};
}
