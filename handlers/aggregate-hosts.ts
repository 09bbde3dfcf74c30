#!/usr/bin/env tsx
/**
 * Watch handler, `type=keyprefix prefix=<kv_prefix>/networks/` at the hub: applies the matrix to the
 * snapshots, waits until what is due is confirmed, and notifies Masakari. Reads everything under the
 * prefix and every network, writes this controller's view and the incidents. Safe to run late, twice,
 * or beside another run.
 */
import { couldBeDue } from './lib/decide/hosts.ts';
import { summarize } from './lib/decide/report.ts';
import { drainStdin } from './lib/io/stdin.ts';
import { openSurroundings } from './lib/open.ts';
import { runHandler } from './lib/run.ts';
import { parseKv } from './lib/schema/kv.ts';
import { tick } from './lib/tick.ts';
import { readStored } from './lib/world.ts';

/** All waiting together; the run may take a POST longer. */
const waitSeconds = 60;

void runHandler('aggregate-hosts', 90, async (run) => {
	// Validated, but only a hint: the state is read below.
	parseKv(await drainStdin(process.stdin), 'stdin');
	const around = await openSurroundings(run, { lastPostSeconds: waitSeconds, masakariMs: 10_000 });
	const { clock, kv, settings } = around;
	const end = clock.uptime() + waitSeconds;
	const stored = await readStored(around);
	if (!couldBeDue(settings, stored)) return 'nothing is due';
	for (;;) {
		const { world, planned, done } = await tick(around);
		const { deadline } = planned;
		const uptime = clock.uptime();
		if (deadline === null || uptime >= end) return summarize(planned, done);
		const waitMs = (Math.min(deadline, end) - uptime) * 1000;
		if (waitMs > 0) await kv.waitForChange('networks/', world.stored.index, waitMs);
	}
});
