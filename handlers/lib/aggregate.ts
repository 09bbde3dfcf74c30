import { isProving } from './decide/fencing.ts';
import { couldBeDue } from './decide/hosts.ts';
import { summarize } from './decide/report-text.ts';
import type { Step } from './decide/steps.ts';
import { type Saw, sawOfSnapshots } from './decide/watches.ts';
import type { Surroundings } from './surroundings.ts';
import { tick } from './tick.ts';
import { readStored } from './world.ts';

/** How soon a recovery that was due and not sent is tried again. */
const againSeconds = 5;

/** What a run came to in one sentence, and on which snapshots. */
export interface Aggregated {
	readonly said: string;
	readonly saw: Saw;
}

/**
 * What aggregate-hosts does: nothing where the snapshots make nothing due, otherwise ticks at every
 * deadline of the plan and every change below `networks/`, without the lock while it waits.
 */
export async function aggregate(around: Surroundings, waitSeconds: number): Promise<Aggregated> {
	const { clock, kv, settings } = around;
	const end = clock.uptime() + waitSeconds;
	const first = await readStored(around);
	if (!couldBeDue(settings, first) && !isProving(first))
		return { saw: sawOfSnapshots(first), said: 'nothing is due' };
	for (;;) {
		const { world, planned, done } = await tick(around);
		const uptime = clock.uptime();
		// Whoever has the lock may die with it; what failed may succeed; gossip may notice a power-off.
		const isUnsent = (step: Step) =>
			step.kind === 'fence' || (step.kind === 'begin' && !done.notified.includes(step.host.host));
		const unsent = isProving(world.stored) || planned.steps.some(isUnsent);
		// What a fence agent said is acted on at once.
		const again = done.fenced.length > 0 ? uptime : uptime + againSeconds;
		const next = Math.min(planned.deadline ?? Infinity, unsent ? again : Infinity);
		if (next === Infinity || uptime >= end) {
			return { saw: sawOfSnapshots(world.stored), said: summarize(planned, done) };
		}
		const waitMs = (Math.min(next, end) - uptime) * 1000;
		if (waitMs > 0) await kv.waitForChange('networks/', world.stored.index, waitMs);
	}
}
