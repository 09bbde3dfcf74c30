import type { Vector } from './health.ts';
import { currentSnapshots, decideHosts, vectorsOf } from './hosts.ts';
import type { Snapshot } from './snapshot.ts';
import type { World } from './world.ts';

/** What of the world Masakari is compared with. */
export type Seen = Pick<World, 'settings' | 'reads' | 'stored' | 'now'>;

/** The same with what follows from it; hosts by lower-cased name. */
export interface Compared extends Seen {
	/** Networks that could be read, now or before: of any other nothing is known. */
	readonly known: readonly string[];
	readonly snapshots: Readonly<Record<string, Snapshot>>;
	readonly vectors: ReadonlyMap<string, Vector>;
	/** As a notification would spell them; only of hosts that a network shows now. */
	readonly names: ReadonlyMap<string, string>;
}

/** What Consul says of every host, from these reads, and from KV where a network cannot be read. */
export function compare(seen: Seen): Compared {
	const { settings, reads, stored } = seen;
	const snapshots = currentSnapshots(settings, reads, stored);
	const shown = [...decideHosts(settings, reads, snapshots).values()];
	return {
		...seen,
		known: settings.networks.filter((n) => reads[n]?.ok || stored.snapshots[n] !== undefined),
		snapshots,
		vectors: vectorsOf(settings, snapshots),
		names: new Map(shown.map(({ host, name }) => [host, name])),
	};
}

/** Whether some network has the host up, or down: it is one whose failure would be notified. */
export function isMonitored({ vectors }: Compared, host: string): boolean {
	const healths = Object.values(vectors.get(host) ?? {});
	return healths.some((health) => health === 'up' || health === 'down');
}
