import { commitOperations } from './commit.ts';
import { beginRound, type FencingOn } from './decide/fencing.ts';
import { backOn } from './decide/fencing-steps.ts';
import { generatedTimeAt } from './decide/notification.ts';
import { decideGrounds } from './decide/spells.ts';
import { type Abstention, abstentionFor, lostReason } from './decide/standing-back.ts';
import type { Step } from './decide/steps.ts';
import type { World } from './decide/world.ts';
import { messageOf } from './errors.ts';
import { hasTime, type Round, runRound } from './fence-round.ts';
import { freshSeconds } from './fresh.ts';
import type { Lock } from './lock.ts';
import { lookAgain } from './look-again.ts';
import type { Surroundings } from './surroundings.ts';
import type { Earlier } from './world.ts';

type FenceStep = Extract<Step, { kind: 'fence' }>;

/** Rounds that were committed and run on without the lock, and why others were not begun. */
export interface Rounds {
	readonly hosts: readonly string[];
	/** What could not be stored of them, once they have ended; never rejects. */
	readonly ended: Promise<readonly string[]>;
	readonly failures: readonly string[];
	readonly abstain: Abstention | null;
}

/** Fence agents at once. */
const parallel = 8;

/** Commits one round under the lock; a text says why not. */
async function commitRound(
	around: Surroundings,
	settings: FencingOn,
	step: FenceStep,
	world: World,
	lock: Lock,
): Promise<Round | string> {
	const { clock, kv, self } = around;
	const { host, name } = step.host;
	const sentAt = clock.uptime();
	if (sentAt - world.readAt > freshSeconds) return `${name}: the reads that authorise it are old`;
	if (!hasTime(around, settings)) return `${name}: no time left in this run for a fence agent`;
	const now = clock.now();
	const before = world.stored.incidents[host]?.value;
	const generated = generatedTimeAt(now);
	const begun = beginRound(before, step.host, step.next, settings, self, now, generated);
	// Only opening and powering off rest on an approval.
	const approvals = step.next === 'off' || before === undefined ? 'use' : 'keep';
	const grounds = approvals === 'use' ? decideGrounds(world, host, before) : {};
	const incident = { ...begun, ...grounds };
	const committed = await kv.transact(commitOperations(world, host, incident, lock, approvals));
	if (!committed.ok) return `${name}: not committed: ${committed.error}`;
	return { ...step, incident, sentAt };
}

const nothing: Rounds = { hosts: [], ended: Promise.resolve([]), failures: [], abstain: null };

/**
 * Begins a round for at most 8 hosts under the lock: reads everything once more, and lets only those go on
 * that the plan still names. Their agents run on when the lock is given back: nobody waits for a BMC.
 */
export async function beginRounds(
	asked: readonly FenceStep[],
	earlier: Earlier,
	lock: Lock,
	around: Surroundings,
): Promise<Rounds> {
	const { fencing: settings } = around.settings;
	if (settings.mode === 'none' || asked.length === 0 || !hasTime(around, settings)) return nothing;
	const off = asked.filter(({ next }) => next === 'off').map(({ host }) => host);
	const { world, steps, lost } = await lookAgain(off, earlier, around);
	const failuresOf = ({ host }: FenceStep) =>
		world.stored.incidents[host.host]?.value.fencing?.failures ?? 0;
	const stands = steps
		.flatMap((step) => (step.kind === 'fence' ? [step] : []))
		.filter(({ host, next }) => {
			const before = asked.find((one) => one.host.host === host.host)?.host;
			if (before === undefined || next === 'read') return before !== undefined;
			// Nobody is powered off who is coming back, or for a Masakari that does not answer.
			return world.masakari?.ok && backOn(before, host).length === 0;
		})
		// Those that break stand back for the others.
		.sort((a, b) => failuresOf(a) - failuresOf(b))
		.slice(0, parallel);
	const [first] = lost;
	const abstain =
		first && stands.length === 0
			? abstentionFor(lostReason(first.name, 'before its power-off', world))
			: null;
	const hosts: string[] = [];
	const failures: string[] = [];
	const running: Promise<void>[] = [];
	await Promise.all(
		stands.map(async (step) => {
			const round = await commitRound(around, settings, step, world, lock).catch(messageOf);
			if (typeof round === 'string') return void failures.push(round);
			hosts.push(step.host.host);
			running.push(runRound(around, settings, round));
		}),
	);
	const ended = Promise.allSettled(running).then((all) =>
		all.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : [])),
	);
	return { hosts, ended, failures, abstain };
}
