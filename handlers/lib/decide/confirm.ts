import type { Sighting, View } from './view.ts';

/** Longest gap, in seconds, between two reads that still count as consecutive. */
export const gapSeconds = 40;

/** A host restarts everybody's confirmation at most once in this many seconds. */
const restartSeconds = 300;
/** Of so many at most it is remembered; one that is not may restart it once more. */
const rememberedRestarts = 1000;

type Sightings = Readonly<Record<string, Sighting>>;

/** Sightings continued by this read; a gap in this controller's own reads starts anew. */
export function continueSightings(
	previous: Sightings,
	hosts: Iterable<string>,
	uptime: number,
): Record<string, Sighting> {
	const next: Record<string, Sighting> = {};
	for (const host of hosts) {
		const seen = previous[host];
		const consecutive = seen !== undefined && uptime - seen.last_seen <= gapSeconds;
		next[host] = { first_seen: consecutive ? seen.first_seen : uptime, last_seen: uptime };
	}
	return next;
}

/**
 * Due hosts as seen so far. A host that becomes due restarts the confirmation of all that are not yet
 * sent: a failing switch is noticed host by host over 13 s and more.
 */
export function confirmDue(
	previous: Pick<View, 'due' | 'restarts'>,
	due: readonly string[],
	sent: ReadonlySet<string>,
	freed: ReadonlySet<string>,
	uptime: number,
): Pick<View, 'due' | 'restarts'> {
	const sightings = continueSightings(previous.due, due, uptime);
	const recent = Object.entries(previous.restarts).filter(([, at]) => uptime - at < restartSeconds);
	const newest = recent.sort(([, a], [, b]) => b - a).slice(0, rememberedRestarts);
	const restarts = Object.fromEntries(newest);
	const newcomers = due.filter(
		(host) => sightings[host]?.first_seen === uptime && restarts[host] === undefined,
	);
	for (const host of newcomers) restarts[host] = uptime;
	for (const host of due) {
		const again = freed.has(host) || (newcomers.length > 0 && !sent.has(host));
		if (again) sightings[host] = { first_seen: uptime, last_seen: uptime };
	}
	return { due: sightings, restarts };
}

/** Whether a sighting has stood for `confirmMs`. */
export function isConfirmed(sighting: Sighting | undefined, uptime: number, confirmMs: number) {
	return sighting !== undefined && (uptime - sighting.first_seen) * 1000 >= confirmMs;
}
