import type { Gated } from './gates.ts';
import { type HostFacts, monitoredHosts } from './hosts.ts';
import { otherViews } from './own-view.ts';
import { countStorm, decideStorm, stormLimit } from './storm.ts';
import type { View } from './view.ts';
import type { World } from './world.ts';

/** The world with what all gates share worked out once. */
export function gate(
	world: World,
	hosts: ReadonlyMap<string, HostFacts>,
	snapshots: Gated['snapshots'],
	before: View['storm'],
): Gated {
	const { settings, uptime } = world;
	const open: Gated = { ...world, snapshots, others: otherViews(world), storm: null };
	// Who is committed to counts, and so belongs to the whole, though nobody sees it any more.
	const monitored = new Set([...monitoredHosts(snapshots), ...Object.keys(world.stored.incidents)]);
	const limit = stormLimit(settings.storm, monitored.size);
	const count = countStorm(hosts, open);
	const unread = settings.networks.some((network) => !world.reads[network]?.ok);
	const undecided = [...hosts.values()].some(({ verdict }) => verdict === 'undecided');
	const blind = unread && (undecided || hosts.size === 0);
	return {
		...open,
		storm: decideStorm(before, count, limit, uptime, settings.storm.calmMs, blind),
	};
}
