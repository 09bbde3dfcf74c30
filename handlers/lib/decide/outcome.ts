import type { ClosedIncident, Incident, NotificationStatus } from './incident.ts';
import type { NotificationRow, PostAnswer } from './masakari.ts';
import { isOwn } from './notification.ts';
import { isLookUpDue } from './steps.ts';

/** What one POST or look-up taught us about an incident. */
export type Learnt =
	| { readonly kind: 'accepted'; readonly uuid: string; readonly status: NotificationStatus }
	| {
			readonly kind: 'refused' | 'unsent' | 'ambiguous';
			readonly error: string;
			readonly waitMs: number;
	  }
	/** A look-up that began at `lookedAt` (wall ms) found no row of ours. */
	| { readonly kind: 'nothing-there'; readonly lookedAt: number };

/** The first wait after a refusal, and the longest, ms. */
export const [firstWaitMs, longestWaitMs] = [10_000, 300_000];

/** Exponential, capped, and spread by `random` (0 to 1) so that controllers do not march in step. */
export function backOffMs(
	attempt: number,
	random: number,
	[first, longest]: readonly [number, number] = [firstWaitMs, longestWaitMs],
): number {
	const full = Math.min(longest, first * 2 ** Math.min(attempt - 1, 10));
	return Math.round(full * (0.5 + random / 2));
}

/** A row of this incident among those a look-up found. */
export function findOwn(
	rows: readonly NotificationRow[],
	incident: Pick<Incident, 'generated_times' | 'host_status'>,
): NotificationRow | undefined {
	return rows.find((row) => isOwn(row, incident));
}

/** What a POST's answer and the look-up after it (null: it failed) come to. */
export function decideLearnt(
	answer: PostAnswer,
	rows: readonly NotificationRow[] | null,
	incident: Incident,
	random: number,
): Learnt {
	if (answer.kind === 'accepted') return answer;
	if (answer.kind === 'unsent') return { ...answer, waitMs: 0 };
	const waitMs = backOffMs(incident.attempt.number, random);
	const { error } = answer;
	const isUnknown = answer.kind === 'ambiguous' || (rows === null && answer.kind === 'conflict');
	if (isUnknown) return { kind: 'ambiguous', error, waitMs };
	const own = findOwn(rows ?? [], incident);
	if (own) return { kind: 'accepted', uuid: own.uuid, status: own.status };
	if (answer.kind === 'conflict') return { kind: 'refused', error, waitMs };
	const elsewhere = answer.scope === 'controller' ? 0 : waitMs;
	const rarely = answer.rarely && answer.scope === 'everywhere' ? longestWaitMs : elsewhere;
	return {
		// Without a look-up the next attempt keeps its time, as if nothing had been sent.
		kind: rows === null ? 'unsent' : 'refused',
		error,
		waitMs: Math.max(rarely, answer.retryAfterMs ?? 0),
	};
}

/**
 * The incident with what was learnt of attempt `number`; unchanged where it has moved on. Acceptance
 * counts whenever it is learnt.
 */
export function recordLearnt<T extends Incident | ClosedIncident>(
	incident: T,
	number: number,
	learnt: Learnt,
	now: number,
): T {
	if (incident.state === 'notified') return incident;
	const { attempt } = incident;
	if (learnt.kind === 'accepted') {
		const { error: _, ...rest } = attempt;
		return {
			...incident,
			state: 'notified',
			attempt: { ...rest, outcome: 'accepted' },
			notified_at: now,
			uuid: learnt.uuid,
			masakari_status: learnt.status,
		};
	}
	if (attempt.number !== number) return incident;
	if (learnt.kind === 'nothing-there') {
		// Two controllers that look at the same moment prove no more than one.
		const { lookedAt } = learnt;
		if (!isLookUpDue(incident, lookedAt)) return incident;
		return { ...incident, attempt: { ...attempt, look_ups: [...attempt.look_ups, lookedAt] } };
	}
	const { kind, error } = learnt;
	const soonest = kind === 'ambiguous' ? incident.next_try : 0;
	const next_try = Math.max(soonest, now + learnt.waitMs);
	return { ...incident, attempt: { ...attempt, outcome: kind, error }, next_try };
}
