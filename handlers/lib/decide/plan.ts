import { confirmDue, continueSightings, isConfirmed } from './confirm.ts';
import { contradictionsIn } from './contradiction.ts';
import { decideBeginning, decideProving, wouldBe } from './fencing-steps.ts';
import { countFlaps } from './flaps.ts';
import { gate } from './gated.ts';
import { type Gated, isPlannedWork, leftOn } from './gates.ts';
import { freedHosts, heldHosts } from './held.ts';
import { currentSnapshots, decideHosts, type HostFacts } from './hosts.ts';
import { emptyView, masakariWord, previousView } from './own-view.ts';
import { outagesOf, relapsedHosts } from './relapse.ts';
import { continueSpells, decideNotes } from './spells.ts';
import { continueStandingBack } from './standing-back.ts';
import { isReturning, nextAttempt, type Step, stepsWithoutConfirmation } from './steps.ts';
import type { View } from './view.ts';
import { fewerHosts, fittingRestarts, namedHosts } from './view-size.ts';
import { decideWatches } from './watches.ts';
import { isApproved } from './words.ts';
import type { World } from './world.ts';

/** What one run came to: the view to store, what may be done, and when to look again. */
export interface Planned {
	readonly view: View;
	readonly hosts: ReadonlyMap<string, HostFacts>;
	readonly steps: readonly Step[];
	/** Seconds since boot at which something not yet done comes due; null: only a change can. */
	readonly deadline: number | null;
}

/**
 * So many by name, approved ones first, planned work last: a view must stay small however much burns.
 * Nothing is done for the others, so the agent probe needs no more than these.
 */
function nameable(hosts: readonly HostFacts[], world: Gated, named: number): HostFacts[] {
	const rank = (facts: HostFacts) =>
		isApproved(world, facts.host) ? 0 : isPlannedWork(facts, world) ? 2 : 1;
	return hosts
		.map((facts) => ({ facts, rank: rank(facts) }))
		.sort((a, b) => a.rank - b.rank || (a.facts.host < b.facts.host ? -1 : 1))
		.slice(0, named)
		.map(({ facts }) => facts);
}

/** The smallest of the given moments (seconds since boot) that is still to come. */
function nextMoment(moments: readonly number[], uptime: number): number | null {
	const next = Math.min(...moments.filter((moment) => moment > uptime));
	return next === Infinity ? null : next;
}

/**
 * The whole decision of one run. Pure: all it may rest on is in `world`, so a later run with the
 * same world says the same. It names fewer hosts where the view would be too large for KV otherwise.
 */
export function plan(world: World, named = namedHosts): Planned {
	const { settings, stored, uptime } = world;
	const previous = previousView(world);
	const snapshots = currentSnapshots(settings, world.reads, stored);
	const hosts = decideHosts(settings, world.reads, snapshots);
	const allDue = [...hosts.values()].filter(({ verdict }) => verdict === 'recovery');
	const gated = gate(world, hosts, snapshots, previous.storm);
	const due = nameable(allDue, gated, named);
	const held = { ...heldHosts(due, gated) };
	const relapsed = relapsedHosts(previous.outages, due, world);
	const hostsThatComeBack = Object.entries(stored.incidents)
		.flatMap(([host, { value }]) => (isReturning(world, value, hosts.get(host)) ? [host] : []))
		.sort();
	const confirmed = confirmDue(
		previous,
		due.map(({ host }) => host),
		new Set(Object.keys(stored.incidents)),
		new Set([...freedHosts(previous.held, held, world), ...relapsed]),
		uptime,
	);
	const returning = continueSightings(
		previous.returning,
		hostsThatComeBack.slice(0, named),
		uptime,
	);
	const standing = continueStandingBack(previous, world);
	const { abstains } = standing;

	const steps: Step[] = stepsWithoutConfirmation(world, hosts, returning);
	const moments: number[] = abstains ? [abstains.until] : [];
	for (const facts of due) {
		const sighting = confirmed.due[facts.host];
		const at = nextAttempt(stored.incidents[facts.host]?.value);
		if (at === null || held[facts.host] || sighting === undefined) continue;
		const tryAt = uptime + (at - world.now) / 1000;
		moments.push(sighting.first_seen + settings.confirmMs / 1000, tryAt);
		if (!isConfirmed(sighting, uptime, settings.confirmMs) || tryAt > uptime || abstains) continue;
		const step = decideBeginning(world, facts);
		if (step === null) continue;
		if (settings.mode === 'act') steps.push(step);
		else held[facts.host] = [{ gate: 'mode', reason: wouldBe(step) }];
	}
	const proving = decideProving(gated, hosts);
	for (const [host, gates] of Object.entries(proving.held)) {
		delete held[host];
		if (gates.length > 0) held[host] = gates;
	}
	moments.push(...proving.moments.map((at) => uptime + (at - world.now) / 1000));
	if (settings.mode === 'act' && !abstains) steps.push(...proving.steps);
	const contradicts = contradictionsIn(world.reads);
	const spells = continueSpells(previous.spells, due, held, hosts, world);
	steps.push(...decideNotes(spells, world));
	const view: View = {
		...emptyView(world),
		...{ due: confirmed.due, restarts: fittingRestarts(confirmed.restarts) },
		outages: Object.fromEntries(due.map((facts) => [facts.host, outagesOf(facts, world.reads)])),
		returning,
		uncounted: allDue.length - due.length + Math.max(0, hostsThatComeBack.length - named),
		storm: gated.storm,
		left: due.filter((facts) => leftOn(facts).length > 0).map(({ host }) => host),
		flaps: countFlaps(
			previous,
			due.filter((facts) => !isPlannedWork(facts, gated)).map(({ host }) => host),
			uptime,
		),
		watches: decideWatches(previous.watches, world, snapshots),
		held,
		masakari: masakariWord(world),
		...standing,
		...(Object.keys(contradicts).length > 0 && { contradicts }),
		...(Object.keys(spells).length > 0 && { spells }),
	};
	const fewer = fewerHosts(view, named);
	if (fewer !== null) return plan(world, fewer);
	return { view, hosts, steps, deadline: nextMoment(moments, uptime) };
}
