import type { Asked } from './decide/fencing-check.ts';
import type { Surroundings } from './surroundings.ts';

/** Agents at once: a BMC takes few sessions, but each of these is another one's. */
const parallel = 16;

/** How many are asked within this time even where none of them answers. */
export const certainlyAsked = (ms: number, timeoutMs: number): number =>
	parallel * Math.max(1, Math.floor(ms / timeoutMs));

/** Reads the BMC of every host, as many as there is time for. */
export async function askBmcs(
	{ clock, fence, fenceUntil }: Surroundings,
	timeoutMs: number,
	hosts: Iterable<string>,
): Promise<Asked> {
	const asked = new Map<string, Awaited<ReturnType<typeof fence.status>> | null>();
	const waiting = [...hosts];
	const worker = async () => {
		for (let host = waiting.shift(); host !== undefined; host = waiting.shift()) {
			const hasTime = clock.uptime() + timeoutMs / 1000 <= fenceUntil;
			asked.set(host, hasTime ? await fence.status(host) : null);
		}
	};
	await Promise.all(Array.from({ length: parallel }, worker));
	return asked;
}
