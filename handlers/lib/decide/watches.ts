import type { Snapshot } from './snapshot.ts';
import type { Stored } from './stored.ts';
import type { View } from './view.ts';
import type { World } from './world.ts';

/** What a watch looks at, in one number: the same number, the same state. */
export type Saw = number;

/**
 * KV `handlers/<controller>`: when this controller's handlers last ran to their end (its seconds since
 * boot) and what they saw, by what runs them.
 */
export interface HandlerRuns {
	readonly version: 1;
	readonly boot_id: string;
	readonly ran: Readonly<Record<string, { readonly at: number; readonly saw: Saw }>>;
}

/** The watch `keyprefix` of the hub. */
export const aggregateWatch = 'aggregate-hosts';
/** The watch `checks` of one network. */
export const snapshotWatch = (network: string) => `snapshot-network ${network}`;

/** So long may a handler take to end: one that hangs, and the next one behind it. */
const snapshotSeconds = 45;
const aggregateSeconds = 200;

/** Of a network: who is down. FNV-1a tells lists of names apart in few bytes. */
export function sawOfNetwork({ down }: Snapshot): Saw {
	let hash = 0x811c9dc5;
	for (const char of down.join('\n')) {
		hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
	}
	return hash;
}

/** Of all snapshots: which is the newest. */
export function sawOfSnapshots({ snapshots }: Pick<Stored, 'snapshots'>): Saw {
	return Math.max(0, ...Object.values(snapshots).map(({ index }) => index));
}

/**
 * What each watch looks at, and when a read of ours first showed it changed: its handler must have run
 * since. A network that cannot be read shows nothing.
 */
export function decideWatches(
	previous: View['watches'],
	{ settings, reads, stored, uptime }: World,
	snapshots: Readonly<Record<string, Snapshot>>,
): View['watches'] {
	const seen = settings.networks.flatMap((network): [string, number | null][] => {
		const snapshot = reads[network]?.ok ? snapshots[network] : undefined;
		return [[snapshotWatch(network), snapshot ? sawOfNetwork(snapshot) : null]];
	});
	seen.push([aggregateWatch, sawOfSnapshots(stored)]);
	return Object.fromEntries(
		seen.flatMap(([watch, saw]) => {
			const before = previous[watch];
			if (saw === null || saw === before?.saw) return before ? [[watch, before]] : [];
			return [[watch, { saw, changed: before === undefined ? null : uptime }]];
		}),
	);
}

/** Watches whose handler has neither seen what a check saw change, long ago, nor run to its end since. */
export function deadWatches(watches: View['watches'], world: World): string[] {
	const own = world.stored.runs[world.self]?.value;
	const ran = own?.boot_id === world.bootId ? own.ran : {};
	return Object.entries(watches).flatMap(([watch, { saw, changed }]) => {
		if (changed === null) return [];
		const patience = watch === aggregateWatch ? aggregateSeconds : snapshotSeconds;
		const last = ran[watch];
		const well = last !== undefined && (last.saw === saw || last.at >= changed);
		return world.uptime - changed > patience && !well ? [watch] : [];
	});
}
