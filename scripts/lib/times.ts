/** A moment as people and Masakari write it: UTC, whole seconds. */
export function timeText(ms: number): string {
	return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15
		? new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
		: 'never';
}

/** ` until TIME` of a word that ends. */
export function untilText({ until }: { readonly until?: number }): string {
	return until === undefined ? '' : ` until ${timeText(until)}`;
}

/** A duration as the configuration writes it, in its largest whole unit. */
export function durationText(ms: number): string {
	const units = [
		['h', 3_600_000],
		['m', 60_000],
		['s', 1000],
	] as const;
	const unit = units.find(([, size]) => ms > 0 && ms % size === 0);
	return unit ? `${ms / unit[1]}${unit[0]}` : `${ms}ms`;
}
