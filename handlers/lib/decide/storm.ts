import { gapSeconds } from './confirm.ts';
import { countsForStorm, type Gated } from './gates.ts';
import type { HostFacts } from './hosts.ts';
import { isReturning } from './steps.ts';
import { asSuspected } from './suspects.ts';
import type { View } from './view.ts';
import { wallSlackMs } from './world.ts';

/** How many hosts may be due, confirming, committed or freshly notified at once. */
export function stormLimit(
	storm: { readonly maxHosts: number; readonly maxFraction: number },
	monitored: number,
): number {
	return Math.min(storm.maxHosts, Math.max(1, Math.ceil(storm.maxFraction * monitored)));
}

/** How long a notified host that is still down counts, ms. */
const memoryMs = 3_600_000;

/**
 * Hosts that nobody explained, and those committed to or freshly notified that are still down. What is
 * suspect counts as down: a host of the same fault of which one read says too little must not make room.
 */
export function countStorm(hosts: ReadonlyMap<string, HostFacts>, world: Gated): number {
	const { incidents } = world.stored;
	const suspected = new Map([...hosts].map(([host, facts]) => [host, asSuspected(facts, world)]));
	const unexplained = [...suspected.values()].filter(
		(facts) =>
			facts.verdict === 'recovery' &&
			incidents[facts.host] === undefined &&
			countsForStorm(facts, world),
	);
	const committed = Object.entries(incidents).filter(([host, { value }]) => {
		const age = world.now - (value.notified_at ?? world.now);
		return age < memoryMs + wallSlackMs && !isReturning(world, value, suspected.get(host));
	});
	return unexplained.length + committed.length;
}

/**
 * This controller's latch: set above the limit, gone only when the count has not exceeded the limit
 * for `calmMs` of consecutive reads, so that a switch under repair does not let its stragglers through.
 */
export function decideStorm(
	previous: View['storm'],
	count: number,
	limit: number,
	uptime: number,
	calmMs: number,
	blind: boolean,
): View['storm'] {
	const since = previous?.since ?? uptime;
	const now = { since, last_seen: uptime, count, limit, ...(blind && { blind }) };
	if (count > limit) return { ...now, calm_since: null };
	if (previous === null) return null;
	const consecutive = uptime - previous.last_seen <= gapSeconds;
	// What cannot be read does not burn, and is not calm either.
	if (blind) return { ...previous, last_seen: uptime, calm_since: null, blind };
	const calm_since = consecutive ? (previous.calm_since ?? uptime) : uptime;
	const calm = (uptime - calm_since) * 1000 >= calmMs;
	return calm ? null : { ...now, calm_since };
}
