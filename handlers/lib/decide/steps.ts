import { isConfirmed } from './confirm.ts';
import type { HostFacts } from './hosts.ts';
import { type ClosedIncident, finalStatuses, type HeldRecord, type Incident } from './incident.ts';
import type { NotificationRow } from './masakari.ts';
import { ownRow } from './masakari-gate.ts';
import type { Sighting } from './view.ts';
import { isClockRight, type World, wallSlackMs } from './world.ts';

/** What may be done for one host now. Only `begin`, `fence`, `close`, `note` and `start` need the lock. */
export type Step =
	/** Open the incident, or begin the next attempt of an open one. */
	| {
			readonly kind: 'begin';
			readonly host: HostFacts;
			/** `power`: it is proven off; `none`: Masakari is told UNKNOWN; absent: the networks' word. */
			readonly proof?: 'power' | 'none';
	  }
	/** Open the incident, or go on with it: power the host off, or read its BMC. */
	| { readonly kind: 'fence'; readonly host: HostFacts; readonly next: 'off' | 'read' }
	/** A network sees a host up that was read off: its proof is worth nothing. */
	| { readonly kind: 'restart'; readonly host: string; readonly reason: string }
	| { readonly kind: 'adopt'; readonly host: string; readonly row: NotificationRow }
	| { readonly kind: 'look-up'; readonly host: string }
	| { readonly kind: 'follow'; readonly host: string; readonly uuid: string }
	| { readonly kind: 'close'; readonly host: string; readonly reason: ClosedIncident['reason'] }
	/** Record in the history that a host came back whom gates held. */
	| { readonly kind: 'note'; readonly key: string; readonly record: HeldRecord }
	/** Send STARTED for the history record under this key. */
	| { readonly kind: 'start'; readonly key: string };

/** How long after the commit, and after the first look-up, an empty look-up proves something. */
const lookUpAfterMs = 20_000;

/** Whether the last attempt may have reached Masakari without anybody knowing. */
export function isUnresolved({ state, attempt }: Pick<Incident, 'state' | 'attempt'>): boolean {
	const { outcome } = attempt;
	return state === 'notifying' && (outcome === undefined || outcome === 'ambiguous');
}

/** When the next look-up of an unresolved attempt is due (wall ms); null when two were empty. */
export function nextLookUp({ attempt }: Pick<Incident, 'attempt'>): number | null {
	if (attempt.look_ups.length >= 2) return null;
	const from = attempt.look_ups.at(-1) ?? attempt.committed_at;
	return from + lookUpAfterMs + wallSlackMs;
}

/** Whether a look-up that begins now (wall ms) proves something new about the last attempt. */
export function isLookUpDue(incident: Pick<Incident, 'state' | 'attempt'>, now: number): boolean {
	const at = isUnresolved(incident) ? nextLookUp(incident) : null;
	return at !== null && at <= now;
}

/** What an open incident needs that needs no lock; null where only a new attempt can help. */
function decideFollowUp(world: World, host: string, incident: Incident): Step | null {
	if (incident.state === 'notified') {
		const { uuid, masakari_status: status } = incident;
		if (uuid === undefined || (status && finalStatuses.includes(status))) return null;
		return { kind: 'follow', host, uuid };
	}
	const row = ownRow(world, host);
	if (row) return { kind: 'adopt', host, row };
	// A wrong clock would call a look-up late enough that is not, for everybody.
	const due = isClockRight(world.masakari) && isLookUpDue(incident, world.now);
	return due ? { kind: 'look-up', host } : null;
}

/** When a new attempt may begin as far as the incident goes (wall ms); null: not before a look-up. */
export function nextAttempt(incident: Incident | undefined): number | null {
	if (incident === undefined) return 0;
	if (incident.state === 'notified') return null;
	if (!isUnresolved(incident)) return incident.next_try;
	return nextLookUp(incident) === null ? incident.next_try : null;
}

/**
 * Why an incident may be closed now, by this controller's own reads; null while it may not. A record that
 * was closed without knowing whether Masakari took it is looked up by nobody.
 */
function decideClose(
	world: World,
	incident: Incident,
	facts: HostFacts | undefined,
	returning: Sighting | undefined,
): ClosedIncident['reason'] | null {
	const healths = Object.values(facts?.vector ?? {});
	const unreadable = world.settings.networks.some((network) => !world.reads[network]?.ok);
	if (incident.forgotten && !unreadable && !healths.includes('down')) return 'forgotten';
	if (isUnresolved(incident) && nextLookUp(incident) !== null) return null;
	if (!isConfirmed(returning, world.uptime, world.settings.confirmMs)) return null;
	return healths.includes('left') ? 'left' : 'returned';
}

/**
 * Whether the host is back: on every network, and all can be read, it is up (or left) again; only where
 * it was unknown when the incident began (it has no agent there), or an operator said that it goes on without
 * that network, it may still be. One to which nothing was done, as its BMC said on, need only be left alone by
 * the matrix again.
 */
export function isReturning(
	{ settings, reads }: Pick<World, 'settings' | 'reads'>,
	{ vector: before, without, attempt, fencing }: Pick<Incident, 'vector'> & Partial<Incident>,
	facts: HostFacts | undefined,
): boolean {
	if (facts === undefined) return false;
	const untouched = attempt?.number === 0 && fencing?.offs === 0;
	if (untouched && facts.verdict === 'none') return true;
	return settings.networks.every((network) => {
		const now = facts.vector[network];
		const wasAbsent = without?.[network] || (before[network] ?? 'unknown') === 'unknown';
		const absent = now === 'unknown' && wasAbsent;
		return reads[network]?.ok && (now === 'up' || now === 'left' || absent);
	});
}

/** STARTED is written at most so often for one incident, however many controllers try. */
export const mostStarts = 3;

/** Keys of closed incidents whose STARTED is still to be sent: best effort, for ten minutes. */
export function pendingStarts({ stored, now, settings }: World): string[] {
	if (settings.mode === 'observe') return [];
	return Object.entries(stored.history).flatMap(([key, { value }]) => {
		const due = value.started?.state === 'pending' && value.started.tries < mostStarts;
		return due && now - value.closed_at < 600_000 ? [key] : [];
	});
}

/** Everything to be done that is no new attempt: STARTED, closing, adopting, looking up, following. */
export function stepsWithoutConfirmation(
	world: World,
	hosts: ReadonlyMap<string, HostFacts>,
	returning: Readonly<Record<string, Sighting>>,
): Step[] {
	const perIncident = Object.entries(world.stored.incidents).flatMap(
		([host, { value }]): Step[] => {
			const step = decideFollowUp(world, host, value);
			const reason = decideClose(world, value, hosts.get(host), returning[host]);
			const adopts = step?.kind === 'adopt' && reason !== 'forgotten';
			if (reason && !adopts) return [{ kind: 'close', host, reason }];
			return step ? [step] : [];
		},
	);
	const starts = isClockRight(world.masakari) ? pendingStarts(world) : [];
	return [...starts.map((key) => ({ kind: 'start' as const, key })), ...perIncident];
}
