import type { Reads } from './health.ts';
import type { HostFacts } from './hosts.ts';
import { decideVerdict } from './matrix.ts';
import type { View } from './view.ts';
import type { World } from './world.ts';

/**
 * By network that shows the host down, the index of the write that made its serfHealth critical: the
 * leader writes it at no other time, so the same index is the same outage, however far apart the reads.
 */
export function outagesOf({ host, vector }: HostFacts, reads: Reads): View['outages'][string] {
	return Object.fromEntries(
		Object.keys(vector).flatMap((network) => {
			const reading = reads[network];
			const node = reading?.ok && vector[network] === 'down' ? reading.nodes.get(host) : undefined;
			return node && node.checkIndex !== undefined ? [[network, node.checkIndex]] : [];
		}),
	);
}

/** Due hosts that are not due any more without the outages that are new since the last read. */
export function relapsedHosts(
	previous: View['outages'],
	due: readonly HostFacts[],
	{ settings, reads }: World,
): string[] {
	return due.flatMap((facts) => {
		const before = previous[facts.host];
		if (before === undefined) return [];
		const fresh = Object.entries(outagesOf(facts, reads)).filter(([n, at]) => before[n] !== at);
		const without = Object.fromEntries(fresh.map(([network]) => [network, 'up' as const]));
		const stands = decideVerdict(settings.matrix, { ...facts.vector, ...without }) === 'recovery';
		return stands ? [] : [facts.host];
	});
}
