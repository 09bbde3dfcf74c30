#!/usr/bin/env tsx
/**
 * Script check of the service `hostmonitor`, every 10 s on each controller's hub agent: reads every
 * network live, repairs the snapshots, does what aggregate-hosts does, keeps this controller's view
 * alive, and reports. It waits for nothing, and stops by itself after 25 s.
 */
import { decideFindings } from '../handlers/lib/decide/report.ts';
import { reportText, wellText } from '../handlers/lib/decide/report-text.ts';
import { ConsulError, messageOf } from '../handlers/lib/errors.ts';
import { openSurroundings } from '../handlers/lib/open.ts';
import { pipeline } from '../handlers/lib/pipeline.ts';
import { type CheckResult, type Run, runCheck } from '../handlers/lib/run.ts';

/**
 * A POST begun later, or a GET that takes longer, could be cut by our own deadline: a POST takes up to
 * 15 s, and what it taught us is recorded in the second that is left, or in the grace of three after it.
 */
const limits = { lastPostSeconds: 9, fenceSeconds: 22, masakariMs: 4000 };

async function check(run: Run): Promise<CheckResult> {
	const { world, planned, failures } = await pipeline(await openSurroundings(run, limits));
	const failed = failures.map((text) => ({ level: 2 as const, text }));
	return reportText([...failed, ...decideFindings(world, planned)], wellText(world, planned));
}

void runCheck('pipeline', 25, async (run) => {
	try {
		return await check(run);
	} catch (error) {
		if (!(error instanceof ConsulError)) throw error;
		return {
			exit: 2,
			text: `critical: no decisions: the hub does not answer\n${messageOf(error)}`,
		};
	}
});
