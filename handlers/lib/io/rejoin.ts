import { hostOf } from '../decide/health.ts';
import { hostNameOf } from '../decide/names.ts';
import { alive } from '../decide/reading.ts';
import type { Consul } from './consul.ts';
import { readMembers } from './consul-network.ts';
import type { SerfAddress } from './probe.ts';

/** A living agent answers within ms; a hung one never, and its joiner gives up after 10 s. */
const timeoutMs = 1500;

/**
 * Has the network's agent join a node that gossip calls failed, which serf does by itself only every 30 s, with
 * one of its failed nodes: until then a link that is back looks dead. True where the agent at the node's address
 * answered and no other node lives there. Needs `agent:write`; a ConsulError where Consul refuses, or the
 * node's agent does not answer. https://developer.hashicorp.com/consul/api-docs/agent#join-agent
 */
export async function rejoins(
	consul: Consul,
	host: string,
	{ address, port }: SerfAddress,
	rule?: string,
): Promise<boolean> {
	const at = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
	const path = `/v1/agent/join/${encodeURIComponent(at)}`;
	await consul.call({ method: 'PUT', path, timeoutMs });
	const members = await readMembers(consul, { timeoutMs });
	const isOther = (name: string) => hostOf(hostNameOf(name, rule)) !== host;
	return !members.some(
		({ Name, Addr, Port, Status }) =>
			Addr === address && Port === port && Status === alive && isOther(Name),
	);
}
