#!/usr/bin/env tsx
/**
 * Watch handler, `type=keyprefix prefix=<kv_prefix>/networks/` at the hub: applies the matrix to the
 * snapshots, waits until what is due is confirmed, and notifies Masakari. Reads everything under the
 * prefix and every network, writes this controller's view and the incidents. Safe to run late, twice,
 * or beside another run.
 */
import { aggregate } from './lib/aggregate.ts';
import { aggregateWatch } from './lib/decide/watches.ts';
import { drainStdin } from './lib/io/stdin.ts';
import { noteRun } from './lib/note-run.ts';
import { openSurroundings } from './lib/open.ts';
import { runHandler } from './lib/run.ts';
import { parseKv } from './lib/schema/kv.ts';

/** All waiting together; the run may take a POST or a fence agent longer. */
const waitSeconds = 60;
const limits = { lastPostSeconds: waitSeconds, fenceSeconds: 85, masakariMs: 10_000 };

void runHandler('aggregate-hosts', 90, async (run) => {
	// Validated, but only a hint: the state is read below.
	parseKv(await drainStdin(process.stdin), 'stdin');
	const around = await openSurroundings(run, limits);
	const { said, saw } = await aggregate(around, waitSeconds);
	await noteRun(around, aggregateWatch, saw);
	return said;
});
