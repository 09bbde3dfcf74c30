import type { ClosedIncident, Incident } from './incident.ts';
import type { PostAnswer } from './masakari.ts';
import { generatedTimeAt } from './notification.ts';
import { type Learnt, recordLearnt } from './outcome.ts';
import type { Stored } from './stored.ts';

/** Closed incidents kept at least, and at most however young they are. */
const [historyLength, longestHistory] = [200, 2000];
/** So long a record is kept whatever follows it: the masakari gate asks for the last hour's rows, and for new ones. */
const neededMs = 7_200_000;

/** STARTED follows where a notified host came back, on all networks. */
function withStarted(closed: ClosedIncident, generatedTime: string): ClosedIncident {
	if (closed.reason !== 'returned' || closed.state !== 'notified' || closed.without) return closed;
	const started = { state: 'pending' as const, generated_time: generatedTime, tries: 0 };
	return { ...closed, started };
}

/** The history record of an incident that ends. */
export function closeIncident(
	incident: Incident,
	reason: ClosedIncident['reason'],
	now: number,
	generatedTime: string,
): ClosedIncident {
	return withStarted({ ...incident, closed_at: now, reason }, generatedTime);
}

/** A history record with what was learnt of attempt `number` after the end. */
export function recordLate(
	closed: ClosedIncident,
	number: number,
	learnt: Learnt,
	now: number,
): ClosedIncident {
	const next = recordLearnt(closed, number, learnt, now);
	const isNews = next.state === 'notified' && closed.state !== 'notified';
	return isNews ? withStarted(next, generatedTimeAt(now)) : next;
}

/** A history record with STARTED's answer; a duplicate is our own earlier try. */
export function decideStarted(closed: ClosedIncident, answer: PostAnswer): ClosedIncident {
	const { started } = closed;
	if (started === undefined) return closed;
	const duplicate = answer.kind === 'conflict' && answer.because === 'duplicate';
	if (answer.kind === 'accepted' || duplicate) {
		return { ...closed, started: { ...started, state: 'accepted' } };
	}
	const definite = answer.kind === 'conflict' || (answer.kind === 'refused' && answer.rarely);
	const state = definite ? 'refused' : started.state;
	return { ...closed, started: { ...started, state, error: answer.error } };
}

/** Keys of history records that may go, the oldest first. */
export function outdated(history: Stored['history'], now: number): string[] {
	const keys = Object.keys(history).sort().reverse();
	const isOld = (key: string) => now - (history[key]?.value.closed_at ?? 0) > neededMs;
	return keys
		.filter((key, i) => i >= longestHistory || (i >= historyLength && isOld(key)))
		.reverse();
}
