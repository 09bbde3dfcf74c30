import type { Reading } from '../decide/health.ts';
import { decideReading } from '../decide/reading.ts';
import type { Settings } from '../decide/settings.ts';
import type { Snapshot } from '../decide/snapshot.ts';
import { messageOf } from '../errors.ts';
import { parseAgentSelf } from '../schema/agent-self.ts';
import { parseChecks } from '../schema/checks.ts';
import { parseMembers } from '../schema/members.ts';
import { type Consul, jsonOf } from './consul.ts';

/** Filtered by the servers: of 10,000 nodes' checks only what we read comes over. */
const wanted = 'CheckID == "serfHealth" or CheckID == "_node_maintenance"';
const checksPath = `/v1/health/state/any?consistent&filter=${encodeURIComponent(wanted)}`;

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
): Promise<Reading> {
	try {
		const [catalog, gossip] = await Promise.all([
			consul.call({ method: 'GET', path: checksPath }),
			consul.call({ method: 'GET', path: '/v1/agent/members' }),
		]);
		const filtered = [catalog, gossip].some(
			({ headers }) => headers['x-consul-results-filtered-by-acls'] === 'true',
		);
		const checks = parseChecks(jsonOf(catalog, checksPath), checksPath);
		const members = parseMembers(jsonOf(gossip, '/v1/agent/members'), '/v1/agent/members');
		return decideReading({ checks, members, filtered }, self, hosts, previous, nodeNames[network]);
	} catch (error) {
		return { ok: false, error: messageOf(error) };
	}
}
