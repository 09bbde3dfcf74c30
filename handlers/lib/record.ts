import { recordLate } from './decide/closing.ts';
import type { ClosedIncident, Incident } from './decide/incident.ts';
import { keyOf } from './decide/keys.ts';
import { type Learnt, recordLearnt } from './decide/outcome.ts';
import { ConflictError } from './errors.ts';
import type { Kv } from './io/kv.ts';
import { parseClosedIncident, parseIncident } from './schema/incident.ts';
import type { Parse } from './schema/input.ts';
import { parseEntry } from './schema/kv.ts';
import { parseStored } from './schema/stored.ts';
import type { Surroundings } from './surroundings.ts';

export const incidentKey = (host: string) => `hosts/${keyOf(host)}`;

/** How often a `cas` is tried again: each conflict means that another controller got on. */
const conflicts = 8;

/** Changes one value by `?cas` until it holds; false where the key is gone. */
export async function change<T>(
	kv: Kv,
	key: string,
	parse: Parse<T>,
	next: (value: T) => T,
): Promise<boolean> {
	for (let tries = 0; tries < conflicts; tries++) {
		const entry = await kv.read(key);
		if (entry === null) return false;
		const before = parseEntry(entry, parse);
		const after = next(before);
		if (after === before) return true;
		if (await kv.putCas(key, JSON.stringify(after), entry.ModifyIndex)) return true;
	}
	throw new ConflictError(`${key}: changed ${conflicts} times while it was being written`);
}

/** Changes an open incident by `?cas`; false where there is none. */
export function changeIncident(
	kv: Kv,
	host: string,
	next: (incident: Incident) => Incident,
): Promise<boolean> {
	return change(kv, incidentKey(host), parseIncident, next);
}

/** Changes the history record under this key by `?cas`. */
export function changeClosed(
	kv: Kv,
	key: string,
	next: (closed: ClosedIncident) => ClosedIncident,
): Promise<boolean> {
	return change(kv, `history/${key}`, parseClosedIncident, next);
}

/**
 * Records what was learnt of one attempt, wherever the incident is by now: an answer that arrives
 * after the lock was lost, or after the incident was closed, still counts.
 */
export async function record(
	around: Surroundings,
	host: string,
	incident: Incident,
	learnt: Learnt,
): Promise<void> {
	const { lastWords: kv, clock } = around;
	const { number } = incident.attempt;
	const now = clock.now();
	const same = (other: Pick<Incident, 'opened_at'>) => other.opened_at === incident.opened_at;
	const open = await changeIncident(kv, host, (current) =>
		same(current) ? recordLearnt(current, number, learnt, now) : current,
	);
	if (open && learnt.kind !== 'accepted') return;
	const { entries, index } = await kv.readAll();
	const { history } = parseStored(entries, index);
	const key = Object.keys(history).find((k) => {
		const closed = history[k]?.value;
		return closed?.name.toLowerCase() === host && same(closed);
	});
	if (key) await changeClosed(kv, key, (closed) => recordLate(closed, number, learnt, now));
}
