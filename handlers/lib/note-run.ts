import { keyOf } from './decide/keys.ts';
import type { HandlerRuns, Saw } from './decide/watches.ts';
import { change } from './record.ts';
import { parseHandlerRuns } from './schema/handler-runs.ts';
import type { Surroundings } from './surroundings.ts';

/** Says in KV that this watch's handler has run to its end: checks/pipeline misses it where it does not. */
export async function noteRun(
	{ kv, self, bootId, clock }: Surroundings,
	watch: string,
	saw: Saw,
): Promise<void> {
	const key = `handlers/${keyOf(self)}`;
	const note = (before: HandlerRuns['ran']): HandlerRuns => ({
		...{ version: 1, boot_id: bootId },
		ran: { ...before, [watch]: { at: clock.uptime(), saw } },
	});
	const again = (runs: HandlerRuns) => note(runs.boot_id === bootId ? runs.ran : {});
	if (await change(kv, key, parseHandlerRuns, again)) return;
	if (await kv.putCas(key, JSON.stringify(note({})), 0)) return;
	await change(kv, key, parseHandlerRuns, again);
}
