#!/usr/bin/env tsx
/**
 * Watch handler, `type=checks state=critical` of one network: reads that network live and brings
 * `networks/<network>` in the hub's KV up to it. Safe to run late, twice, or beside another run.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sawOfNetwork, snapshotWatch } from './lib/decide/watches.ts';
import { ConsulError, UsageError } from './lib/errors.ts';
import { drainStdin } from './lib/io/stdin.ts';
import { noteRun } from './lib/note-run.ts';
import { openSurroundings } from './lib/open.ts';
import { optionOf } from './lib/options.ts';
import { putSnapshot, readOne } from './lib/put-snapshot.ts';
import { runHandler } from './lib/run.ts';
import { parseChecks } from './lib/schema/checks.ts';
import { readStored } from './lib/world.ts';

/** Gossip reaches this agent up to some seconds after the catalog, which alone fires the watch. */
const unclearSeconds = 5;
/** A leader that died is replaced within 11 s, and no watch fires for what it missed meanwhile. */
const unreadableSeconds = 14;
const againMs = 1000;

void runHandler('snapshot-network', 20, async (run) => {
	// Validated, but only a hint: the network is read below.
	parseChecks(await drainStdin(process.stdin), 'stdin');
	const network = optionOf(run.argv, '--network');
	if (network === undefined) throw new UsageError('--network NAME is missing');
	const around = await openSurroundings(run, {
		lastPostSeconds: 0,
		fenceSeconds: 0,
		masakariMs: 0,
	});
	if (!around.settings.networks.includes(network)) {
		const known = around.settings.networks.join(', ');
		throw new UsageError(`--network ${network}: the configuration has ${known}`);
	}
	const begun = around.clock.uptime();
	const isOver = (seconds: number) => around.clock.uptime() - begun > seconds;
	let changed = false;
	for (;;) {
		try {
			const stored = await readStored(around);
			const reading = await readOne(around, network, stored);
			const { written, snapshot } = await putSnapshot(around, network, reading, stored);
			changed ||= written;
			const unclear = [...reading.nodes.values()].some(({ health }) => health === 'unknown');
			if (!unclear || isOver(unclearSeconds)) {
				await noteRun(around, snapshotWatch(network), sawOfNetwork(snapshot));
				return changed ? `${network}: snapshot written` : `${network}: nothing changed`;
			}
		} catch (error) {
			if (!(error instanceof ConsulError) || isOver(unreadableSeconds)) throw error;
		}
		await sleep(againMs, undefined, { signal: run.signal });
	}
});
