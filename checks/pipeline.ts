#!/usr/bin/env tsx
/**
 * Script check of the service `hostmonitor`, every 10 s on each controller's hub agent: reads every
 * network live, repairs the snapshots, does what aggregate-hosts does, keeps this controller's view
 * alive, and reports. It waits for nothing, and stops by itself after 25 s.
 */
import { decideFindings, reportText } from '../handlers/lib/decide/report.ts';
import { ConsulError, messageOf } from '../handlers/lib/errors.ts';
import { openSurroundings } from '../handlers/lib/open.ts';
import { renewView } from '../handlers/lib/own-session.ts';
import { putSnapshot } from '../handlers/lib/put-snapshot.ts';
import { type CheckResult, type Run, runCheck } from '../handlers/lib/run.ts';
import { tick } from '../handlers/lib/tick.ts';

/** A POST begun later, or a GET that takes longer, could be cut by our own deadline. */
const limits = { lastPostSeconds: 9, masakariMs: 4000 };

async function pipeline(run: Run): Promise<CheckResult> {
	const around = await openSurroundings(run, limits);
	const repairs: string[] = [];
	const { world, planned, done } = await tick(around, async (seen) => {
		await renewView(around, seen);
		for (const [network, reading] of Object.entries(seen.reads)) {
			if (!reading.ok) continue;
			await putSnapshot(around, network, reading, seen.stored).catch((error: unknown) => {
				repairs.push(messageOf(error));
			});
		}
	});
	const failures = [...done.failures, ...repairs].map((text) => ({ level: 2 as const, text }));
	const findings = [...failures, ...decideFindings(world, planned)];
	const mode = world.settings.mode === 'observe' ? ' (mode: observe)' : '';
	return reportText(
		findings,
		`${planned.hosts.size} hosts on ${world.settings.networks.length} networks${mode}`,
	);
}

void runCheck('pipeline', 25, async (run) => {
	try {
		return await pipeline(run);
	} catch (error) {
		if (!(error instanceof ConsulError)) throw error;
		return {
			exit: 2,
			text: `critical: no decisions: the hub does not answer\n${messageOf(error)}`,
		};
	}
});
