import type { OwnAgent, Reads } from './health.ts';

/** Whether both are one agent: node ids may be derived from the host, and then differ in datacenter only. */
const isSame = (a: OwnAgent, b: OwnAgent): boolean =>
	a.id !== undefined && a.id === b.id && a.dc === b.dc;

/**
 * The reads without those of agents that stand for another network: where a storage cable's death is read as
 * the tenant's, a healthy host is recovered. An agent that does not say who it is proves nothing.
 */
export function checkAgents(reads: Reads, networks: readonly string[]): Reads {
	const agentOf = (network: string): OwnAgent => {
		const read = reads[network];
		return (read?.ok && read.agent) || {};
	};
	const wrongWith = (network: string): string | null => {
		const own = agentOf(network);
		const others = networks.filter((other) => other !== network);
		const twin = others.find((other) => isSame(own, agentOf(other)));
		if (twin !== undefined) return `the agent of ${network} is also that of ${twin}`;
		const owner = others.find((other) => other.toLowerCase() === own.dc?.toLowerCase());
		return owner === undefined ? null : `its agent belongs to datacenter ${owner}`;
	};
	return Object.fromEntries(
		Object.entries(reads).map(([network, read]) => {
			const error = wrongWith(network);
			return [network, error === null ? read : { ok: false, error }];
		}),
	);
}

/** Datacenters that several networks' own agents belong to, each with its networks. */
export function sharedDatacenters(reads: Reads): ReadonlyMap<string, readonly string[]> {
	const byDc = new Map<string, string[]>();
	for (const [network, read] of Object.entries(reads)) {
		const dc = read.ok ? read.agent?.dc : undefined;
		if (dc !== undefined) byDc.set(dc, [...(byDc.get(dc) ?? []), network]);
	}
	return new Map([...byDc].filter(([, networks]) => networks.length > 1));
}
