import { answersOn } from './agent-gate.ts';
import { flapping } from './flaps.ts';
import { currentSnapshots, type HostFacts } from './hosts.ts';
import { missedOutages } from './missed.ts';
import type { Planned } from './plan.ts';
import { findIncident } from './report-incident.ts';
import { heldText } from './report-text.ts';
import { findStrangers } from './strangers.ts';
import { deadWatches } from './watches.ts';
import { holds, isBounded, textOf } from './words.ts';
import type { World } from './world.ts';

/** Something an operator should know; 1 is a warning, 2 critical. */
export interface Finding {
	readonly level: 1 | 2;
	readonly text: string;
}

/** Gates that somebody or something planned closed; all others keep a host from being recovered. */
const planned = ['paused', 'maintenance', 'leaving', 'agent', 'mode'];

/** Gossip tries a failed node every 30 s: who answers for longer than this will not rejoin by itself. */
const rejoinSeconds = 300;

/** What is wrong with a host that has no incident; null for a host that is well. */
function ofHost(facts: HostFacts, { view }: Planned, world: World): Finding | null {
	const { name, host, vector, verdict } = facts;
	const { reads, uptime } = world;
	const healths = Object.values(vector);
	const said = Object.entries(vector).map(([network, health]) => `${network} ${health}`);
	const vectorText = said.filter((text) => !text.endsWith(' up')).join(', ');
	const held = view.held[host];
	if (held) {
		const since = view.spells?.[host]?.first_seen ?? uptime;
		if (answersOn(facts, world).length > 0 && uptime - since > rejoinSeconds) {
			const minutes = Math.floor((uptime - since) / 60);
			const help = `for ${minutes} min: restart that agent; if it is another's, see agent_probe`;
			return { level: 2, text: `${name}: ${heldText(held)}; ${help}` };
		}
		const level = planned.includes(held[0]?.gate ?? '') ? 1 : 2;
		return { level, text: `${name}: ${heldText(held)}` };
	}
	if (verdict === 'recovery') return { level: 1, text: `${name}: due, confirming (${vectorText})` };
	if (healths.includes('down')) {
		const why = verdict === 'undecided' ? 'undecided' : 'left alone by the matrix';
		return { level: 1, text: `${name}: ${vectorText}: ${why}` };
	}
	const unclear = Object.keys(vector).some((n) => vector[n] === 'unknown' && reads[n]?.ok);
	if (verdict === 'undecided' && unclear && !healths.includes('left')) {
		return { level: 1, text: `${name}: ${vectorText}: undecided` };
	}
	const halfLeft = healths.includes('left') && healths.includes('up');
	if (halfLeft) {
		const text = `${name}: ${vectorText}: not recovered until it rejoins: see hostmonitor forget --help`;
		return { level: 1, text };
	}
	return null;
}

/** Everything there is to say, the worst first. */
export function decideFindings(world: World, done: Planned): Finding[] {
	const { stored, settings, reads } = world;
	const { view } = done;
	const found: Finding[] = stored.unreadable.map(({ key, error }) => ({
		level: 2,
		text: `KV ${key}: ${error}`,
	}));
	for (const [network, error] of Object.entries(view.networks)) {
		if (error) found.push({ level: 2, text: `${network} cannot be read: ${error}` });
	}
	const paused = stored.paused?.value;
	if (paused && holds(paused, world.now)) {
		found.push({ level: 1, text: `paused by ${textOf(paused)}: hostmonitor resume` });
	}
	if (view.storm) {
		const { count, limit } = view.storm;
		const text = `storm: ${count} hosts at once, limit ${limit}: hostmonitor approve HOST, or wait`;
		found.push({ level: 2, text });
	}
	const snapshots = currentSnapshots(settings, reads, stored);
	for (const text of findStrangers(world, done.hosts, snapshots)) found.push({ level: 1, text });
	for (const [network, snapshot] of Object.entries(snapshots)) {
		for (const host of snapshot.vanished) {
			const healths = Object.values(done.hosts.get(host)?.vector ?? {});
			const isElsewhere = healths.includes('up') || healths.includes('down');
			const forget = isElsewhere
				? `if it shall go on without this network, hostmonitor forget ${host} --network ${network}`
				: `hostmonitor forget ${host}`;
			const text = `${host}: vanished from ${network}: start its agent, or ${forget}`;
			found.push({ level: 2, text });
		}
	}
	const differ = Object.entries(stored.views).filter(
		([, e]) => e.value.configuration !== world.digest,
	);
	for (const [name] of differ) {
		if (name !== world.self)
			found.push({ level: 1, text: `configuration differs from that of ${name}` });
	}
	for (const [host, times] of flapping(view)) {
		const text = `${host}: became due ${times} times, each within an hour of the last: see its links`;
		if (!stored.incidents[host]) found.push({ level: 1, text });
	}
	for (const [host, { value }] of Object.entries(stored.approved)) {
		const text = `${host}: its approval is ignored, it has no end within 15 min: hostmonitor approve ${host}`;
		if (!isBounded(value, world.now)) found.push({ level: 1, text });
	}
	for (const watch of deadWatches(view.watches, world)) {
		const text = `${watch} did not run after a change: its watch is dead, or it fails: consul reload`;
		found.push({ level: 1, text });
	}
	if (view.abstains) found.push({ level: 1, text: `standing back: ${view.abstains.reason}` });
	for (const [host, { value }] of Object.entries(stored.incidents)) {
		const back = view.returning[host] !== undefined;
		found.push(findIncident(value, back, view.held[host], done.hosts.get(host)));
	}
	found.push(...missedOutages(world, done.hosts));
	for (const facts of done.hosts.values()) {
		const finding = stored.incidents[facts.host] ? null : ofHost(facts, done, world);
		if (finding) found.push(finding);
	}
	if (view.uncounted > 0) {
		found.push({ level: 2, text: `${view.uncounted} more hosts are due or coming back` });
	}
	return found.sort((a, b) => b.level - a.level);
}
