import { agentGate, isDeadAgent } from './agent-gate.ts';
import { contradicted } from './contradiction.ts';
import type { HostFacts } from './hosts.ts';
import { nameOfKey } from './keys.ts';
import { masakariGate } from './masakari-gate.ts';
import type { Snapshot } from './snapshot.ts';
import type { Held, View } from './view.ts';
import { holds, isApproved, textOf } from './words.ts';
import { isClockRight, type World } from './world.ts';

/** A world with what all gates share: current snapshots, the storm latch, the live views of all. */
export interface Gated extends World {
	readonly snapshots: Readonly<Record<string, Snapshot>>;
	readonly storm: View['storm'];
	/** Views of the other live controllers, by name. */
	readonly others: Readonly<Record<string, View>>;
}

/** Null where the gate is open, otherwise the facts that hold the host. */
type Gate = (host: HostFacts, world: Gated) => string | null;

const names = (list: readonly string[]) => list.join(', ');

/** Holds everybody where what all decisions rest on does not parse, one host where its own keys do not. */
function unreadable({ host }: HostFacts, { stored, settings }: Gated): string | null {
	const shared = ['paused', ...settings.networks.map((network) => `networks/${network}`)];
	const found = stored.unreadable.find(({ key }) => {
		const [folder = '', segment = ''] = key.split('/');
		if (shared.includes(key) || folder === 'controllers') return true;
		// Also where it is spelled in capitals: it may be an operator's word on this host.
		const ofHosts = ['hosts', 'maintenance', 'approved'].includes(folder);
		return ofHosts && nameOfKey(segment).toLowerCase() === host;
	});
	return found === undefined ? null : `${found.key}: ${found.error}`;
}

function paused(_host: HostFacts, world: Gated): string | null {
	const word = world.stored.paused?.value;
	return word && holds(word, world.now) ? `paused by ${textOf(word)}` : null;
}

function maintenance({ host }: HostFacts, world: Gated): string | null {
	const word = world.stored.maintenance[host]?.value;
	if (word && holds(word, world.now)) {
		return `in maintenance by ${textOf(word)}`;
	}
	const on = Object.keys(world.snapshots).filter((n) =>
		world.snapshots[n]?.maintenance.includes(host),
	);
	return on.length > 0 ? `consul maint on ${names(on)}` : null;
}

/** Networks a host has left and not come back to. */
export function leftOn({ vector }: HostFacts): string[] {
	return Object.keys(vector).filter((network) => vector[network] === 'left');
}

function leaving(facts: HostFacts, world: Gated): string | null {
	const on = leftOn(facts);
	if (on.length > 0) return `left ${names(on)}`;
	// A restarted controller does not know who left; the others still do.
	const who = Object.keys(world.others).find((c) => world.others[c]?.left.includes(facts.host));
	return who === undefined ? null : `${who} sees that it left a network`;
}

function storm({ host }: HostFacts, world: Gated): string | null {
	if (isApproved(world, host)) return null;
	// A latch that cannot calm because its controller is blind must not hold those who see everything.
	const seesAll = world.settings.networks.every((network) => world.reads[network]?.ok);
	const latched = Object.keys(world.others).find((name) => {
		const latch = world.others[name]?.storm;
		return latch && !(seesAll && latch.blind);
	});
	const latch = world.storm ?? (latched === undefined ? null : world.others[latched]?.storm);
	if (!latch) return null;
	const by = world.storm ? '' : ` (seen by ${latched})`;
	const calm = latch.calm_since === null ? '' : '; calming';
	return `${latch.count} hosts at once, limit ${latch.limit}${by}${calm}`;
}

function configuration(_host: HostFacts, world: Gated): string | null {
	const differ = Object.keys(world.others).filter(
		(name) => world.others[name]?.configuration !== world.digest,
	);
	return differ.length === 0 ? null : `the configuration of ${names(differ)} differs from ours`;
}

function clock(_host: HostFacts, { masakari }: Gated): string | null {
	if (!masakari?.ok || isClockRight(masakari)) return null;
	return `this controller's clock is ${Math.round(masakari.offsetMs / 1000)} s away from Masakari's`;
}

/** All gates in their order; adding one is a line here and a table in its test. */
const gates: Readonly<Record<string, Gate>> = {
	unreadable,
	paused,
	maintenance,
	leaving,
	contradicted,
	storm,
	agent: agentGate,
	configuration,
	clock,
	masakari: masakariGate,
};

/** A view names 1,000 hosts within 512 KiB. */
const longestReason = 200;

/** Every gate that holds this host, in order. */
export function decideHeld(host: HostFacts, world: Gated): Held[] {
	return Object.entries(gates).flatMap(([gate, decide]) => {
		const reason = decide(host, world);
		return reason === null ? [] : [{ gate, reason: reason.slice(0, longestReason) }];
	});
}

/** Whether somebody took the host out of service: its outage is no news. */
export function isPlannedWork(host: HostFacts, world: Gated): boolean {
	return maintenance(host, world) !== null || leaving(host, world) !== null;
}

/** Whether a host counts towards a storm: neither somebody nor a dead agent on a living kernel explains its outage. */
export function countsForStorm(host: HostFacts, world: Gated): boolean {
	return !isPlannedWork(host, world) && !isDeadAgent(host, world);
}
