#!/usr/bin/env tsx
/**
 * Script check of the service `hostmonitor`, every 60 s on each controller's hub agent: asks Masakari
 * whether it would take a notification from this controller, and compares its segments with what Consul
 * sees, so that a host that nobody would recover is known before it dies. Reads Masakari, every network
 * and the snapshots in KV, and writes nothing: the notification it asks for is one that Masakari refuses.
 */
import { decideMasakariFindings } from '../handlers/lib/decide/masakari-check.ts';
import { reportText } from '../handlers/lib/decide/report-text.ts';
import { openSurroundings } from '../handlers/lib/open.ts';
import { type CheckResult, type Run, runCheck } from '../handlers/lib/run.ts';
import { askMasakari, readStored } from '../handlers/lib/world.ts';

const limits = { lastPostSeconds: 0, fenceSeconds: 0, masakariMs: 10_000 };

async function check(run: Run): Promise<CheckResult> {
	const around = await openSurroundings(run, limits);
	const { settings, masakari, clock } = around;
	const stored = await readStored(around);
	const isActing = settings.mode === 'act'; // in mode observe nothing is posted, whatever comes of it
	const [reads, facts, right] = await Promise.all([
		around.readNetworks(stored),
		askMasakari(around),
		isActing ? masakari.mayNotify(clock.now) : null,
	]);
	const seen = { settings, reads, stored, now: clock.now() };
	const hosts = facts.ok ? [...facts.hosts.values()] : [];
	const segments = new Set(hosts.map(({ segment }) => segment));
	const well = `${hosts.length} hosts in ${segments.size} segments`;
	return reportText(
		decideMasakariFindings(seen, facts, right),
		isActing ? well : `${well} (mode: observe, no POST tried)`,
		'hostmonitor validate --online',
	);
}

void runCheck('masakari', 45, check);
