import type { OperatorWord } from './stored.ts';
import { type World, wallSlackMs } from './world.ts';

/** Whether a word that holds still holds: it expires late by the clocks' slack, never early. */
export function holds(word: OperatorWord, now: number): boolean {
	return word.until === undefined || now - wallSlackMs < word.until;
}

/** Whether an operator's approval is still good: it expires early by the clocks' slack, never late. */
export function isApproved({ stored, now }: World, host: string): boolean {
	const until = stored.approved[host]?.value.until;
	return until !== undefined && now + wallSlackMs < until;
}

/** Who said it, until when, and why. */
export function textOf({ who, why, until }: OperatorWord): string {
	return `${who}${until === undefined ? '' : ` until ${new Date(until).toISOString()}`}: ${why}`;
}
