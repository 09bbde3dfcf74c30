import type { Reads } from './health.ts';
import type { HostFacts } from './hosts.ts';
import type { View } from './view.ts';

/** Hosts a view lists at most, by network; so many at once are a storm anyway. */
const listedHosts = 500;

/** By network, hosts that the catalog calls critical while this controller's own gossip knows them alive. */
export function contradictionsIn(reads: Reads): NonNullable<View['contradicts']> {
	return Object.fromEntries(
		Object.entries(reads).flatMap(([network, reading]) => {
			if (!reading.ok) return [];
			const alive = [...reading.nodes].flatMap(([host, { alive }]) => (alive ? [host] : []));
			return alive.length > 0 ? [[network, alive.sort().slice(0, listedHosts)]] : [];
		}),
	);
}

/**
 * Holds a host that another controller's gossip knows alive where this one has it down: a server that was
 * cut off and leads again writes what its own old gossip says.
 */
export function contradicted(
	{ host, vector }: HostFacts,
	{ others }: { readonly others: Readonly<Record<string, View>> },
): string | null {
	for (const [name, { contradicts = {} }] of Object.entries(others)) {
		const on = Object.keys(contradicts).filter(
			(network) => vector[network] === 'down' && contradicts[network]?.includes(host),
		);
		if (on.length > 0) return `alive in the gossip of ${name} on ${on.join(', ')}`;
	}
	return null;
}
