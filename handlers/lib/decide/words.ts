import type { OperatorWord } from './stored.ts';
import { type World, wallSlackMs } from './world.ts';

/** Whether a word that holds still holds: it expires late by the clocks' slack, never early. */
export function holds(word: OperatorWord, now: number): boolean {
	return word.until === undefined || now - wallSlackMs < word.until;
}

/** An approval is for what is burning now: whoever approves is still there when it ends. */
export const approvalMs = 900_000;

/** Whether an approval is bounded as `approve` bounds it: one that is not would free the host from every storm. */
export function isBounded({ at, until }: OperatorWord, now: number): boolean {
	return until !== undefined && until - at <= approvalMs && at <= now + wallSlackMs;
}

/** Whether an operator's approval is still good: it expires early by the clocks' slack, never late. */
export function isApproved({ stored, now }: World, host: string): boolean {
	const word = stored.approved[host]?.value;
	if (word?.until === undefined || !isBounded(word, now)) return false;
	return now + wallSlackMs < word.until;
}

/** Who said it, until when, and why. */
export function textOf({ who, why, until }: OperatorWord): string {
	return `${who}${until === undefined ? '' : ` until ${new Date(until).toISOString()}`}: ${why}`;
}
