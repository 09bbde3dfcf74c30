import { messageOf } from './errors.ts';
import { renewView } from './own-session.ts';
import { putSnapshot } from './put-snapshot.ts';
import type { Surroundings } from './surroundings.ts';
import { type Tick, tick } from './tick.ts';

/** A tick, and what stood against bringing the snapshots up to date. */
export interface Pipelined extends Tick {
	readonly failures: readonly string[];
}

/** What checks/pipeline does every 10 s: makes certain what the watches make fast. */
export async function pipeline(around: Surroundings): Promise<Pipelined> {
	const repairs: string[] = [];
	const ticked = await tick(around, async ({ reads, stored }) => {
		repairs.length = 0;
		await renewView(around, stored);
		for (const [network, reading] of Object.entries(reads)) {
			if (!reading.ok) continue;
			await putSnapshot(around, network, reading, stored).catch((error: unknown) => {
				repairs.push(messageOf(error));
			});
		}
	});
	return { ...ticked, failures: [...ticked.done.failures, ...repairs] };
}
