import type { PostAnswer } from './masakari.ts';
import { backOffMs } from './outcome.ts';
import type { View } from './view.ts';

/** Why a controller leaves the lock to others, and for how long at least. */
export interface Abstention {
	readonly seconds: number;
	readonly reason: string;
}

/** The shortest time that makes sense, and the one after a POST whose end is unknown: its look-ups take one. */
const [shortestSeconds, unknownSeconds] = [30, 90];
/** Longest back-off, ms. Not longer: who stands back is missed when Masakari is well again. */
const longestMs = 120_000;
/** What went wrong so long ago says nothing about now. */
const memorySeconds = 600;

/** The least that a controller stands back for this reason. */
export const abstentionFor = (reason: string): Abstention => ({ seconds: shortestSeconds, reason });

/** Whether another controller may fare better after this answer. */
export function decideAbstention(answer: PostAnswer, isAlone: boolean): Abstention | null {
	if (answer.kind === 'unsent') return abstentionFor(answer.error);
	if (!('scope' in answer) || answer.scope !== 'controller') return null;
	if (answer.kind === 'refused') return abstentionFor(answer.error);
	return isAlone ? null : { seconds: unknownSeconds, reason: answer.error };
}

/** The view of a controller that stands back: longer each time in a row, by its own count. */
export function standBack(
	view: View,
	{ seconds, reason }: Abstention,
	uptime: number,
	random: number,
): View {
	const times = (stoodBack(view, uptime)?.times ?? 0) + 1;
	const backOff = backOffMs(times, random, [shortestSeconds * 1000, longestMs]) / 1000;
	const until = uptime + Math.max(seconds, backOff);
	return {
		...view,
		abstains: { until, reason: reason.slice(0, 200) },
		stood_back: { times, until },
	};
}

/** How often it did in a row, as far as that still counts. */
export function stoodBack({ stood_back: last }: View, uptime: number): View['stood_back'] {
	return last && uptime - last.until < memorySeconds ? last : undefined;
}

/** The view of a controller whose POST was accepted: it has no reason to stand back any more. */
export function goAhead({ stood_back: _, ...view }: View): View {
	return { ...view, abstains: null };
}
