import type { HostFacts } from './hosts.ts';
import { decideVerdict } from './matrix.ts';
import type { World } from './world.ts';

/** The host as it were if every network that has something against it were right. */
export function asSuspected(
	facts: HostFacts,
	{ settings, reads }: Pick<World, 'settings' | 'reads'>,
): HostFacts {
	const isSuspect = (network: string) => {
		const reading = reads[network];
		return reading?.ok && facts.vector[network] === 'unknown'
			? reading.nodes.get(facts.host)?.suspect === true
			: false;
	};
	const on = settings.networks.filter(isSuspect);
	if (on.length === 0) return facts;
	const down = Object.fromEntries(on.map((network) => [network, 'down' as const]));
	const vector = { ...facts.vector, ...down };
	return { ...facts, vector, verdict: decideVerdict(settings.matrix, vector) };
}
