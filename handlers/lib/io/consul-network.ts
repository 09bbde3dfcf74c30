import type { Reading, Reads } from '../decide/health.ts';
import { checkAgents } from '../decide/own-agents.ts';
import { decideReading } from '../decide/reading.ts';
import type { Settings } from '../decide/settings.ts';
import { emptySnapshot, type Snapshot } from '../decide/snapshot.ts';
import type { Stored } from '../decide/stored.ts';
import { messageOf } from '../errors.ts';
import { parseAgentSelf } from '../schema/agent-self.ts';
import { parseChecks } from '../schema/checks.ts';
import { parseMembers } from '../schema/members.ts';
import { type Consul, type ConsulCall, jsonOf } from './consul.ts';

/** Filtered by the servers: of 10,000 nodes' checks only what we read comes over. */
const wanted = 'CheckID == "serfHealth" or CheckID == "_node_maintenance"';
const checksPath = `/v1/health/state/any?consistent&filter=${encodeURIComponent(wanted)}`;

const membersPath = '/v1/agent/members';

/** What a network that could not be read a moment ago is given: it would most likely be unknown again. */
const againMs = 500;

/** The agent's own node name. */
export async function readSelf(consul: Consul): Promise<string> {
	const path = '/v1/agent/self';
	return parseAgentSelf(jsonOf(await consul.call({ method: 'GET', path }), path), path).Config
		.NodeName;
}

/**
 * One network, now: the catalog as its leader confirms it, and the agent's own gossip. Whatever goes
 * wrong makes the whole network unreadable, and all its nodes `unknown`.
 */
export async function readNetwork(
	consul: Consul,
	self: string,
	network: string,
	{ hosts, nodeNames }: Settings,
	previous: Snapshot,
	limit: Pick<ConsulCall, 'timeoutMs'> = {},
): Promise<Reading> {
	try {
		const [catalog, gossip] = await Promise.all([
			consul.call({ method: 'GET', path: checksPath, ...limit }),
			consul.call({ method: 'GET', path: membersPath, ...limit }),
		]);
		const filtered = [catalog, gossip].some(
			({ headers }) => headers['x-consul-results-filtered-by-acls'] === 'true',
		);
		const checks = parseChecks(jsonOf(catalog, checksPath), checksPath);
		const members = parseMembers(jsonOf(gossip, membersPath), membersPath);
		return decideReading({ checks, members, filtered }, self, hosts, previous, nodeNames[network]);
	} catch (error) {
		return { ok: false, error: messageOf(error) };
	}
}

/** These networks at once; one that could not be read `before`, in the same run, is given less time. */
export async function readNetworks(
	agentOf: (network: string) => Consul,
	self: string,
	settings: Settings,
	{ stored, only, before }: { stored: Stored; only: readonly string[]; before: Reads },
): Promise<Reads> {
	const reading = only.map(async (network) => {
		const previous = stored.snapshots[network]?.value ?? emptySnapshot;
		const limit = before[network]?.ok === false ? { timeoutMs: againMs } : {};
		const read = await readNetwork(agentOf(network), self, network, settings, previous, limit);
		return [network, read] as const;
	});
	return checkAgents(Object.fromEntries(await Promise.all(reading)), settings.networks);
}
