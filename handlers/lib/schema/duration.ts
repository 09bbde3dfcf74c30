const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration's shape: a whole number and a unit. */
export const durationPattern = '^(\\d{1,9})(ms|s|m|h)$';

const pattern = new RegExp(durationPattern);

/** Milliseconds of a duration such as `15s`; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
	const [, digits, unit] = pattern.exec(text) ?? [];
	const factor = unitMs[unit ?? ''];
	return factor === undefined ? undefined : Number(digits) * factor;
}

/** The shortest and the longest duration that makes sense. */
export type Bounds = readonly [from: string, to: string];

/** The bounds of every duration in the configuration. */
export const bounds = {
	confirm: ['1s', '10m'],
	// Less than the check's interval would be no calm that anybody has looked at.
	calm: ['10s', '1h'],
	// checks/pipeline has 21 s for a tick and a fence agent.
	fencing: ['2s', '15s'],
} satisfies Record<string, Bounds>;

/** What a duration must be, in its error. */
export const expectedDuration = ([from, to]: Bounds): string =>
	`a duration such as 15s, from ${from} to ${to}`;

/** Whether a duration is within its bounds. */
export function within(durationMs: number, [from, to]: Bounds): boolean {
	return durationMs >= (parseDuration(from) ?? 0) && durationMs <= (parseDuration(to) ?? 0);
}
