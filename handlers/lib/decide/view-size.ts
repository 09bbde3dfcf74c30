import type { View } from './view.ts';

/** Hosts of one kind that a view names at most. */
export const namedHosts = 1000;

/** Consul takes 512 KiB a value; what is added to a stored view (why it stands back) fits beside this. */
const maxBytes = 500 * 1024;
/** Of it, for hosts that need not be due any more. */
const restartBytes = 96 * 1024;

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

/** The newest restarts of the confirmation that fit: one that is forgotten may restart it once more. */
export function fittingRestarts(restarts: View['restarts']): View['restarts'] {
	if (bytesOf(restarts) <= restartBytes) return restarts;
	let bytes = 0;
	const newest = Object.entries(restarts).sort(([, a], [, b]) => b - a);
	const fits = newest.findIndex(([host, at]) => {
		bytes += bytesOf({ [host]: at });
		return bytes > restartBytes;
	});
	return Object.fromEntries(fits < 0 ? newest : newest.slice(0, fits));
}

/** How many hosts to name instead of so many, because the view is too large; null where it fits. */
export function fewerHosts(view: View, named: number): number | null {
	return named === 0 || bytesOf(view) <= maxBytes ? null : Math.floor(named / 2);
}
