import type { View } from './view.ts';

/** How long an outage that ended by itself is remembered, in seconds. */
const memorySeconds = 3600;
/** Of so many hosts at most, the latest first. */
const remembered = 100;

/**
 * How often each host has become due within an hour of the last time. What was not readable before may
 * have been due all along.
 */
export function countFlaps(previous: View, due: readonly string[], uptime: number): View['flaps'] {
	const blind = Object.values(previous.networks).some((error) => error !== null);
	const recent = Object.entries(previous.flaps).filter(
		([, { last_seen }]) => uptime - last_seen < memorySeconds,
	);
	const known = new Map(recent);
	const counted = due.flatMap((host): [string, View['flaps'][string]][] => {
		const times = known.get(host)?.times ?? 0;
		const again = previous.due[host] === undefined && !blind;
		return again || times === 0 ? [[host, { times: times + 1, last_seen: uptime }]] : [];
	});
	const all = [...new Map([...recent, ...counted])];
	all.sort(([, a], [, b]) => b.last_seen - a.last_seen);
	return Object.fromEntries(all.slice(0, remembered));
}

/** Hosts that became due more than once and are not now: links that flap below `confirm`. */
export function flapping({ flaps, due }: View): [host: string, times: number][] {
	return Object.entries(flaps).flatMap(([host, { times }]) =>
		times > 1 && due[host] === undefined ? [[host, times]] : [],
	);
}
