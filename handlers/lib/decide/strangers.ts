import type { HostFacts } from './hosts.ts';
import type { Snapshot } from './snapshot.ts';
import { firstNames } from './wording.ts';
import type { World } from './world.ts';

/** A line for each network that can be read and never knew hosts that are up or down on another. */
export function findStrangers(
	{ settings, reads }: World,
	hosts: ReadonlyMap<string, HostFacts>,
	snapshots: Readonly<Record<string, Snapshot>>,
): string[] {
	return settings.networks.flatMap((network) => {
		const reading = reads[network];
		const snapshot = snapshots[network];
		if (!reading?.ok || snapshot === undefined) return [];
		const gone = new Set([...snapshot.left, ...snapshot.vanished]);
		const known = (host: string) =>
			reading.nodes.has(host) || reading.unmonitored.has(host) || gone.has(host);
		const strangers = [...hosts.values()].filter(
			({ host, vector }) =>
				!known(host) && Object.values(vector).some((h) => h === 'up' || h === 'down'),
		);
		if (strangers.length === 0) return [];
		return [`${network} does not know ${firstNames(strangers.map(({ name }) => name))}`];
	});
}
