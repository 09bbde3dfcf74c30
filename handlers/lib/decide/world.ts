import type { Reads } from './health.ts';
import type { MasakariFacts } from './masakari.ts';
import type { Settings } from './settings.ts';
import type { Stored } from './stored.ts';

/** Everything one decision is made of: nothing else may influence it. */
export interface World {
	readonly settings: Settings;
	/** Digest of the decision configuration. */
	readonly digest: string;
	/** This controller: the hub agent's node name, lower-cased. */
	readonly self: string;
	readonly bootId: string;
	/** Seconds since boot when the networks' reads began: nothing they say is older. */
	readonly readAt: number;
	/** Seconds since boot when they were complete. */
	readonly uptime: number;
	/** Wall time, ms since the epoch: only for what operators, Masakari or other controllers stamped. */
	readonly now: number;
	readonly stored: Stored;
	readonly reads: Reads;
	/** `<host>/<network>` of down networks whose serf port refused a connection: a living kernel. */
	readonly refused: ReadonlySet<string>;
	/** The same of those where a living agent answered: gossip is yet to say so. */
	readonly answered: ReadonlySet<string>;
	/** Null where Masakari was not asked. */
	readonly masakari: MasakariFacts | null;
}

/** How far two controllers' wall clocks may differ while the `clock` gate is open, ms. */
export const wallSlackMs = 10_000;

/** Whether this controller's clock agrees with Masakari's `Date`, whose whole seconds are no difference. */
export function isClockRight(masakari: MasakariFacts | null): boolean {
	if (!masakari?.ok) return false;
	const seconds = masakari.offsetMs / 1000;
	return seconds >= -5 && seconds <= 6;
}

/** This controller's wall clock (ms), or Masakari's where that shows that ours is wrong. */
export function wallTime(now: number, masakari: MasakariFacts | null): number {
	return !masakari?.ok || isClockRight(masakari) ? now : now - masakari.offsetMs;
}
