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

/** A change that no run has answered is spoken of for so long; the next one begins anew. */
const spokenSeconds = 3600;
/** A check notices a change up to its interval and its longest run later. */
const noticedSeconds = 35;

type Trigger = View['watches'][string];

/** Whether the handler has run since a check noticed the change, or shortly before and saw the same. */
function isAnswered({ saw, changed }: Trigger, last: HandlerRuns['ran'][string] | undefined) {
	if (changed === null) return true;
	if (last === undefined) return false;
	return last.at >= changed || (last.saw === saw && last.at >= changed - noticedSeconds);
}

function runsOf({ stored, self, bootId }: World): HandlerRuns['ran'] {
	const own = stored.runs[self]?.value;
	return own?.boot_id === bootId ? own.ran : {};
}

/**
 * What each watch looks at, and since when a change of it waits for its handler to run. A network that
 * cannot be read shows nothing.
 */
export function decideWatches(
	previous: View['watches'],
	world: World,
	snapshots: Readonly<Record<string, Snapshot>>,
): View['watches'] {
	const { settings, reads, stored, uptime } = world;
	const ran = runsOf(world);
	const seen = settings.networks.flatMap((network): [string, number | null][] => {
		const snapshot = reads[network]?.ok ? snapshots[network] : undefined;
		return [[snapshotWatch(network), snapshot ? sawOfNetwork(snapshot) : null]];
	});
	seen.push([aggregateWatch, sawOfSnapshots(stored)]);
	return Object.fromEntries(
		seen.flatMap(([watch, saw]): [string, Trigger][] => {
			const before = previous[watch];
			if (before === undefined) return saw === null ? [] : [[watch, { saw, changed: null }]];
			const waits =
				!isAnswered(before, ran[watch]) && uptime - (before.changed ?? 0) < spokenSeconds;
			const now = { saw: saw ?? before.saw, changed: waits ? before.changed : null };
			if (waits || now.saw === before.saw) return [[watch, now]];
			const fresh = { ...now, changed: uptime };
			return [[watch, isAnswered(fresh, ran[watch]) ? now : fresh]];
		}),
	);
}

/** Watches whose handler has not run to its end since what they look at changed, long ago. */
export function deadWatches(watches: View['watches'], world: World): string[] {
	const ran = runsOf(world);
	return Object.entries(watches).flatMap(([watch, trigger]) => {
		const patience = watch === aggregateWatch ? aggregateSeconds : snapshotSeconds;
		const late = world.uptime - (trigger.changed ?? world.uptime) > patience;
		return late && !isAnswered(trigger, ran[watch]) ? [watch] : [];
	});
}
