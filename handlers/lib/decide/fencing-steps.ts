import { type FencingOn, isGivenUp, nextFencing } from './fencing.ts';
import { decideHeld, type Gated } from './gates.ts';
import type { HostFacts } from './hosts.ts';
import type { Incident } from './incident.ts';
import { nextAttempt, type Step } from './steps.ts';
import type { Held } from './view.ts';
import type { World } from './world.ts';

/** What observe says instead of doing it. */
export const wouldBe = (step: Step): string => {
	if (step.kind !== 'fence') return 'observe: it would have been notified';
	return step.next === 'off'
		? 'observe: it would have been powered off'
		: 'observe: its BMC would have been asked';
};

/** Networks that see the host up: whatever its BMC says, it is not off. */
export function upOn({ vector }: HostFacts): string[] {
	return Object.keys(vector).filter((network) => vector[network] === 'up');
}

/** Networks on which a host was down, and is up again: it is coming back, its power stays on. */
export function backOn(
	before: Pick<Incident, 'vector'> | undefined,
	{ vector }: Pick<HostFacts, 'vector'>,
): string[] {
	return Object.keys(vector).filter((n) => vector[n] === 'up' && before?.vector[n] === 'down');
}

/**
 * What may begin for a host that is due, confirmed, held by nothing and at its time: the next attempt, or,
 * where it has to be proven off first, its power-off or its first reading.
 */
export function decideBeginning(world: World, facts: HostFacts): Step | null {
	const { fencing } = world.settings;
	if (fencing.mode === 'none') return { kind: 'begin', host: facts };
	const incident = world.stored.incidents[facts.host]?.value;
	if (isGivenUp(incident, fencing)) return { kind: 'begin', host: facts, proof: 'none' };
	const next = nextFencing(incident?.fencing, fencing, world.now);
	if (next === 'proven' || backOn(incident, facts).length > 0) return null;
	if (incident?.fencing === undefined) return { kind: 'fence', host: facts, next };
	// Readings go on whatever the networks say: `decideProving`.
	if (next === 'read' || incident.fencing.next_try > world.now) return null;
	return { kind: 'fence', host: facts, next };
}

/** Gates that rest on what the networks of many hosts say: a proof replaces it. */
const replaced = ['storm', 'configuration'];

/** What becomes of the hosts that are being proven off, whether the networks' verdict stands or not. */
export interface Proving {
	readonly steps: readonly Step[];
	/** Proven hosts, and what holds them all the same: nothing where the list is empty. */
	readonly held: Readonly<Record<string, readonly Held[]>>;
	/** Wall times (ms) at which something comes due. */
	readonly moments: readonly number[];
}

/** What is known of a host that no network shows: enough to tell Masakari. */
const unseen = (host: string, { name }: Incident): HostFacts => ({
	...{ host, name, vector: {}, verdict: 'undecided' },
});

function proveOne(
	world: Gated,
	settings: FencingOn,
	facts: HostFacts,
	incident: Incident,
	held: readonly Held[],
): Step | null {
	const { fencing } = incident;
	if (fencing === undefined || isGivenUp(incident, settings)) return null;
	const up = upOn(facts);
	if (up.length > 0) {
		const counts = fencing.readings > 0 || fencing.power === 'off';
		const reason = `${up.join(', ')} sees it up`;
		return counts ? { kind: 'restart', host: facts.host, reason } : null;
	}
	const at = nextAttempt(incident);
	if (at === null || held.length > 0) return null;
	const next = nextFencing(fencing, settings, world.now);
	// A proof that has aged is renewed when Masakari is to be told, not before.
	if (fencing.proven_at !== undefined && at > world.now) return null;
	if (next === 'read' && fencing.next_try <= world.now) return { kind: 'fence', host: facts, next };
	return next === 'proven' && at <= world.now
		? { kind: 'begin', host: facts, proof: 'power' }
		: null;
}

/** Readings and proven hosts: only what forbids to tell Masakari of this host now holds them. */
export function decideProving(world: Gated, hosts: ReadonlyMap<string, HostFacts>): Proving {
	const { fencing: settings } = world.settings;
	const steps: Step[] = [];
	const heldBy: Record<string, readonly Held[]> = {};
	const moments: number[] = [];
	if (settings.mode === 'none') return { steps, held: heldBy, moments };
	for (const [host, { value }] of Object.entries(world.stored.incidents)) {
		if (value.fencing === undefined || value.state === 'notified') continue;
		// No network shows those that `hosts` excludes, so nothing could say that one is up.
		if (Object.values(world.reads).some((r) => r.ok && r.unmonitored.has(host))) continue;
		const facts = hosts.get(host) ?? unseen(host, value);
		const held = decideHeld(facts, world).filter(({ gate }) => !replaced.includes(gate));
		if (value.fencing.proven_at !== undefined) heldBy[host] = held;
		moments.push(value.fencing.next_try, nextAttempt(value) ?? 0);
		const step = proveOne(world, settings, facts, value, held);
		if (step) steps.push(step);
	}
	return { steps, held: heldBy, moments };
}
