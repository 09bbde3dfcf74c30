#!/usr/bin/env tsx
/**
 * Script check of the service `hostmonitor`, every 5 min on each controller's hub agent where hosts are
 * fenced: asks every host's BMC for its power, so that one that does not answer is known before the night
 * it is needed. Where there are more than one run can ask, the next begins where this one ends. Reads the fence agents' file and the snapshots in KV, writes nothing.
 */
import { askBmcs, certainlyAsked } from '../handlers/lib/ask-bmcs.ts';
import { askedText, askingOrder, decideBmcFindings } from '../handlers/lib/decide/fencing-check.ts';
import { snapshotVectors } from '../handlers/lib/decide/hosts.ts';
import { reportText } from '../handlers/lib/decide/report-text.ts';
import { loadFencing } from '../handlers/lib/io/fencing-file.ts';
import { openSurroundings } from '../handlers/lib/open.ts';
import { type CheckResult, type Run, runCheck } from '../handlers/lib/run.ts';
import { readStored } from '../handlers/lib/world.ts';

const limits = { lastPostSeconds: 0, fenceSeconds: 100, masakariMs: 0 };
/** Of that, what is left for sure when the asking begins. */
const askingMs = 85_000;
/** Longest time from one run to the next: Consul counts its interval from the end of the last. */
const periodMs = (300 + 110) * 1000;

async function check(run: Run): Promise<CheckResult> {
	const around = await openSurroundings(run, limits);
	const { settings, config } = around;
	if (settings.fencing.mode === 'none' || config.fencingFile === undefined) {
		return { exit: 0, text: 'fencing is off' };
	}
	const named = new Set(loadFencing(config.fencingFile).keys());
	const vectors = snapshotVectors(settings, await readStored(around));
	const hosts = new Set([...named, ...vectors.keys()]);
	const { timeoutMs } = settings.fencing;
	const perPeriod = certainlyAsked(askingMs, timeoutMs);
	const order = askingOrder(hosts, around.clock.now(), { perPeriod, periodMs });
	const asked = await askBmcs(around, timeoutMs, order);
	const { well, note } = askedText(asked);
	const { exit, text } = reportText(decideBmcFindings(asked, vectors, named), well);
	return { exit, text: exit === 0 || note === null ? text : `${text}\n${note}` };
}

void runCheck('fencing', 110, check);
