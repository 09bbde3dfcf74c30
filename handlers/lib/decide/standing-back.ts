import type { PostAnswer } from './masakari.ts';
import { backOffMs } from './outcome.ts';
import type { View } from './view.ts';
import type { World } from './world.ts';

/** Why a controller leaves the lock to others, and for how long at least. */
export interface Abstention {
	readonly seconds: number;
	readonly reason: string;
	/** Whose POST has no known end: it is over when this host turns out to be notified. */
	readonly host?: string;
}

/** The shortest time that makes sense, and the one after a POST whose end is unknown: its look-ups take one. */
const [shortestSeconds, unknownSeconds] = [30, 90];
/** Longest back-off, ms. Not longer: who stands back is missed when Masakari is well again. */
const longestMs = 120_000;
/** What went wrong so long ago says nothing about now. */
const memorySeconds = 600;

/** The least that a controller stands back for this reason. */
export const abstentionFor = (reason: string): Abstention => ({ seconds: shortestSeconds, reason });

/** Why a controller stands back that no longer sees what it was to act on: maybe it cannot read it. */
export function lostReason(name: string, when: string, { reads }: Pick<World, 'reads'>): string {
	const unread = Object.entries(reads).flatMap(([network, reading]) =>
		reading.ok ? [] : [`; ${network} cannot be read: ${reading.error}`],
	);
	return `the verdict on ${name} no longer stood ${when}${unread.join('')}`;
}

/** Whether another controller may fare better after this answer about a host. */
export function decideAbstention(
	answer: PostAnswer,
	host: string,
	isAlone: boolean,
): Abstention | null {
	if (answer.kind === 'unsent') return abstentionFor(answer.error);
	if (!('scope' in answer) || answer.scope !== 'controller') return null;
	if (answer.kind === 'refused') return abstentionFor(answer.error);
	return isAlone ? null : { seconds: unknownSeconds, reason: answer.error, host };
}

/** Of several reasons, one that no answer to one host can end; null without any. */
export function longestAbstention(all: readonly Abstention[]): Abstention | null {
	return all.find(({ host }) => host === undefined) ?? all[0] ?? null;
}

/** The view of a controller that stands back: longer each time in a row, by its own count. */
export function standBack(
	view: View,
	{ seconds, reason, host }: Abstention,
	uptime: number,
	random: number,
): View {
	const times = (stoodBack(view, uptime)?.times ?? 0) + 1;
	const backOff = backOffMs(times, random, [shortestSeconds * 1000, longestMs]) / 1000;
	const until = uptime + Math.max(seconds, backOff);
	return {
		...view,
		abstains: { until, reason: reason.slice(0, 200), ...(host !== undefined && { host }) },
		stood_back: { times, until },
	};
}

/** How often it did in a row, as far as that still counts. */
function stoodBack({ stood_back: last }: View, uptime: number): View['stood_back'] {
	return last && uptime - last.until < memorySeconds ? last : undefined;
}

/** What is left of a last view's standing back: nothing where Masakari had taken the POST after all. */
export function continueStandingBack(
	previous: View,
	{ self, stored, uptime }: Pick<World, 'self' | 'stored' | 'uptime'>,
): Pick<View, 'abstains' | 'stood_back'> {
	const { abstains } = previous;
	const incident = stored.incidents[abstains?.host ?? '']?.value;
	const isOwn = incident?.attempt.controller === self;
	if (isOwn && incident.state === 'notified') return { abstains: null };
	const stood = stoodBack(previous, uptime);
	return {
		abstains: abstains && abstains.until > uptime ? abstains : null,
		...(stood && { stood_back: stood }),
	};
}

/** The view of a controller whose POST was accepted: it has no reason to stand back any more. */
export function goAhead({ stood_back: _, ...view }: View): View {
	return { ...view, abstains: null };
}
