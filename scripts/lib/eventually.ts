import { setTimeout as sleep } from 'node:timers/promises';

/** How long to try, how often, and what the error calls it. */
export interface Patience {
	readonly timeoutMs?: number;
	readonly everyMs?: number;
	readonly what?: string;
}

/** Whatever throws, or is undefined, null or false, is tried again until time is up. */
export async function eventually<T>(
	attempt: () => T | Promise<T>,
	{ timeoutMs = 30_000, everyMs = 100, what = 'the condition' }: Patience = {},
): Promise<Exclude<T, undefined | null | false>> {
	const deadline = performance.now() + timeoutMs;
	let cause: unknown;
	do {
		try {
			const value = await attempt();
			if (isThere(value)) return value;
			cause = undefined;
		} catch (error) {
			cause = error;
		}
		await sleep(everyMs);
	} while (performance.now() < deadline);
	throw new Error(`${what} did not come true within ${timeoutMs} ms`, { cause });
}

function isThere<T>(value: T): value is Exclude<T, undefined | null | false> {
	return value !== undefined && value !== null && value !== false;
}
