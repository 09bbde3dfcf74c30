import type { HostFacts } from './hosts.ts';
import type { Snapshot } from './snapshot.ts';
import type { World } from './world.ts';

/** Hosts named in one line. */
const namedHosts = 5;

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
		const names = strangers.slice(0, namedHosts).map(({ name }) => name);
		const more = strangers.length - names.length;
		return [`${network} does not know ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
	});
}
