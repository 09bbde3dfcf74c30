import { confirmDue, continueSightings, isConfirmed } from './confirm.ts';
import { decideBeginning, decideProving, wouldBe } from './fencing-steps.ts';
import { countFlaps } from './flaps.ts';
import { type Gated, isPlannedWork, leftOn } from './gates.ts';
import { freedHosts, heldHosts } from './held.ts';
import { currentSnapshots, decideHosts, type HostFacts, monitoredHosts } from './hosts.ts';
import { emptyView, masakariWord, otherViews, previousView } from './own-view.ts';
import { outagesOf, relapsedHosts } from './relapse.ts';
import { stoodBack } from './standing-back.ts';
import { isReturning, nextAttempt, type Step, stepsWithoutConfirmation } from './steps.ts';
import { countStorm, decideStorm, stormLimit } from './storm.ts';
import type { View } from './view.ts';
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

/** Hosts a view names at most. */
const namedHosts = 1000;

/**
 * At most 1,000 by name, approved ones first, planned work last: a view must stay small however much
 * burns. Nothing is done for the others, so the agent probe needs no more than these.
 */
function nameable(hosts: readonly HostFacts[], world: Gated): HostFacts[] {
	const rank = (facts: HostFacts) =>
		isApproved(world, facts.host) ? 0 : isPlannedWork(facts, world) ? 2 : 1;
	return hosts
		.map((facts) => ({ facts, rank: rank(facts) }))
		.sort((a, b) => a.rank - b.rank || (a.facts.host < b.facts.host ? -1 : 1))
		.slice(0, namedHosts)
		.map(({ facts }) => facts);
}

/** The world with what all gates share worked out once. */
function gate(
	world: World,
	due: readonly HostFacts[],
	hosts: ReadonlyMap<string, HostFacts>,
	snapshots: Gated['snapshots'],
	before: View['storm'],
): Gated {
	const { settings, uptime } = world;
	const open: Gated = { ...world, snapshots, others: otherViews(world), storm: null };
	const limit = stormLimit(settings.storm, monitoredHosts(snapshots).size);
	const count = countStorm(due, hosts, open);
	const unread = settings.networks.some((network) => !world.reads[network]?.ok);
	const undecided = [...hosts.values()].some(({ verdict }) => verdict === 'undecided');
	const blind = unread && (undecided || hosts.size === 0);
	return {
		...open,
		storm: decideStorm(before, count, limit, uptime, settings.storm.calmMs, blind),
	};
}

/** The smallest of the given moments (seconds since boot) that is still to come. */
function nextMoment(moments: readonly number[], uptime: number): number | null {
	const next = Math.min(...moments.filter((moment) => moment > uptime));
	return next === Infinity ? null : next;
}

/**
 * The whole decision of one run. Pure: all it may rest on is in `world`, so a later run with the
 * same world says the same.
 */
export function plan(world: World): Planned {
	const { settings, stored, uptime } = world;
	const previous = previousView(world);
	const snapshots = currentSnapshots(settings, world.reads, stored);
	const hosts = decideHosts(settings, world.reads, snapshots);
	const allDue = [...hosts.values()].filter(({ verdict }) => verdict === 'recovery');
	const gated = gate(world, allDue, hosts, snapshots, previous.storm);
	const due = nameable(allDue, gated);
	const held = { ...heldHosts(due, gated) };
	const relapsed = relapsedHosts(previous.outages, due, world);
	const confirmed = confirmDue(
		previous,
		due.map(({ host }) => host),
		new Set(Object.keys(stored.incidents)),
		new Set([...freedHosts(previous.held, held, world), ...relapsed]),
		uptime,
	);
	const returning = continueSightings(
		previous.returning,
		Object.entries(stored.incidents)
			.filter(([host, { value }]) => isReturning(world, value, hosts.get(host)))
			.map(([host]) => host),
		uptime,
	);
	const stood = stoodBack(previous, uptime);
	const abstains = previous.abstains && previous.abstains.until > uptime ? previous.abstains : null;

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
	const view: View = {
		...emptyView(world),
		...confirmed,
		outages: Object.fromEntries(due.map((facts) => [facts.host, outagesOf(facts, world.reads)])),
		returning,
		uncounted: allDue.length - due.length,
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
		abstains,
		...(stood && { stood_back: stood }),
	};
	return { view, hosts, steps, deadline: nextMoment(moments, uptime) };
}
