import { decideHeld, type Gated } from './gates.ts';
import type { HostFacts } from './hosts.ts';
import type { Held } from './view.ts';
import { isApproved } from './words.ts';
import type { World } from './world.ts';

/** By host, every gate that holds it. */
export type HeldBy = Readonly<Record<string, readonly Held[]>>;

/** Up to so many due hosts, a view names every gate that holds one; beyond, the first. */
const fullyNamed = 100;

/**
 * Gates whose end makes a host confirm anew: what was seen while they were closed may be the work itself, or
 * one side's word, and its end is not yet in the catalog.
 */
const confirmedAnew = ['paused', 'maintenance', 'leaving', 'storm', 'agent'];

/** Due hosts that are not sent yet and that a gate holds. */
export function heldHosts(due: readonly HostFacts[], world: Gated): HeldBy {
	const pending = due.filter(
		({ host }) => world.stored.incidents[host]?.value.state !== 'notified',
	);
	// Beyond that, the first gate, and the names of those whose end makes the host confirm anew.
	const shorten = (held: readonly Held[]) =>
		due.length <= fullyNamed
			? held
			: held
					.filter(({ gate }, i) => i === 0 || confirmedAnew.includes(gate))
					.map(({ gate, reason }, i) => ({ gate, reason: i === 0 ? reason.slice(0, 80) : '' }));
	return Object.fromEntries(
		pending
			.map((facts) => [facts.host, shorten(decideHeld(facts, world))] as const)
			.filter(([, held]) => held.length > 0),
	);
}

/** Hosts that confirm anew: a gate no longer holds them. One approved in spite of a storm goes on. */
export function freedHosts(before: HeldBy, now: HeldBy, world: World): Set<string> {
	const by = (held: HeldBy, host: string, gate: string) => held[host]?.some((h) => h.gate === gate);
	const freed = (host: string, gate: string) => by(before, host, gate) && !by(now, host, gate);
	return new Set(
		Object.keys(before).filter((host) =>
			confirmedAnew.some(
				(gate) => freed(host, gate) && !(gate === 'storm' && isApproved(world, host)),
			),
		),
	);
}
