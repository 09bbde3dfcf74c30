import type { ClosedIncident, Incident } from './decide/incident.ts';
import { keyOf } from './decide/keys.ts';
import type { World } from './decide/world.ts';
import type { KvOperation } from './io/kv.ts';
import type { Lock } from './lock.ts';
import { incidentKey } from './record.ts';

/** The transaction's assertions on an operator's key that the decision rested on. */
function unchanged(key: string, entry: { readonly index: number } | null | undefined): KvOperation {
	return entry
		? { verb: 'check-index', key, index: entry.index }
		: { verb: 'check-not-exists', key };
}

/**
 * The one transaction that commits to an attempt or a round of fencing; a stale holder, or a new word,
 * undoes it. An approval is used up by it, unless it is kept for a decision that needs one.
 */
export function commitOperations(
	world: World,
	host: string,
	next: Incident,
	lock: Pick<Lock, 'session'>,
	approvals: 'use' | 'keep' = 'use',
): KvOperation[] {
	const { stored } = world;
	const key = keyOf(host);
	const approval = stored.approved[host];
	return [
		{ verb: 'check-session', key: 'lock', session: lock.session },
		{
			verb: 'cas',
			key: incidentKey(host),
			value: JSON.stringify(next),
			index: stored.incidents[host]?.index ?? 0,
		},
		unchanged('paused', stored.paused),
		unchanged(`maintenance/${key}`, stored.maintenance[host]),
		// Asserted beside being used up: a delete-cas of a key that was taken back succeeds.
		unchanged(`approved/${key}`, approval),
		...(approval && approvals === 'use'
			? [{ verb: 'delete-cas' as const, key: `approved/${key}`, index: approval.index }]
			: []),
	];
}

/** The one transaction that ends an incident; of two that close it, only the first does. */
export function closeOperations(
	host: string,
	index: number,
	historyKey: string,
	closed: ClosedIncident,
	lock: Pick<Lock, 'session'>,
): KvOperation[] {
	const key = incidentKey(host);
	return [
		{ verb: 'check-session', key: 'lock', session: lock.session },
		// A delete-cas of a key that is gone succeeds.
		{ verb: 'check-index', key, index },
		{ verb: 'delete-cas', key, index },
		{ verb: 'cas', key: historyKey, value: JSON.stringify(closed), index: 0 },
	];
}
