import { closeOne, sendStarted, trimHistory } from './close.ts';
import type { Planned } from './decide/plan.ts';
import type { Step } from './decide/steps.ts';
import type { World } from './decide/world.ts';
import { messageOf } from './errors.ts';
import { beginRounds } from './fence.ts';
import { learn } from './learn.ts';
import { type Lock, takeLock } from './lock.ts';
import { abstain, succeed } from './own-session.ts';
import { sendBatch } from './send.ts';
import type { Surroundings } from './surroundings.ts';
import { askMasakari } from './world.ts';

/** What a run did, for its one line. */
export interface Done {
	readonly notified: readonly string[];
	readonly closed: readonly string[];
	/** Whose fence agents ran. */
	readonly fenced: readonly string[];
	/** The lock was elsewhere: another controller acts. */
	readonly elsewhere: boolean;
	/** What went wrong and is left to the next run. */
	readonly failures: readonly string[];
}

/** POSTs and other requests to Masakari at once. */
const parallel = 8;

type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>;

function of<K extends Step['kind']>(steps: readonly Step[], kind: K): StepOf<K>[] {
	return steps.filter((step): step is StepOf<K> => step.kind === kind);
}

/** Runs `each` over the items, `parallel` at a time; what throws is named, and stops nobody else. */
async function forEach<T>(
	items: readonly T[],
	each: (item: T) => Promise<void>,
): Promise<string[]> {
	const failures: string[] = [];
	for (let i = 0; i < items.length; i += parallel) {
		const ended = await Promise.allSettled(items.slice(i, i + parallel).map(each));
		for (const e of ended) if (e.status === 'rejected') failures.push(messageOf(e.reason));
	}
	return failures;
}

/** What was done under the lock, and what runs on without it. */
interface Locked extends Omit<Done, 'elsewhere'> {
	readonly started: readonly string[];
	readonly rounds: Promise<readonly string[]>;
}

const idle: Locked = {
	...{ notified: [], closed: [], fenced: [], failures: [], started: [] },
	rounds: Promise.resolve([]),
};

/** Everything that only the lock's holder may do. */
async function actLocked(
	{ steps, view }: Planned,
	lock: Lock,
	world: World,
	around: Surroundings,
): Promise<Locked> {
	const notified: string[] = [];
	const closed: string[] = [];
	const started = of(steps, 'start').map(({ key }) => key);
	const failures: string[] = [];
	const begin = of(steps, 'begin');
	for (let i = 0; i < begin.length; i += parallel) {
		const earlier = i === 0 ? world : { ...world, masakari: await askMasakari(around) };
		const sent = await sendBatch(begin.slice(i, i + parallel), earlier, lock, around);
		notified.push(...sent.notified);
		failures.push(...sent.failures);
		if (sent.abstain === null) {
			if (sent.notified.length > 0) await succeed(around, view);
			continue;
		}
		failures.push(sent.abstain.reason);
		await abstain(around, sent.abstain);
		break;
	}
	const fenced = await beginRounds(of(steps, 'fence'), world, lock, around);
	failures.push(...fenced.failures);
	if (fenced.abstain) {
		failures.push(fenced.abstain.reason);
		await abstain(around, fenced.abstain);
	}
	failures.push(
		...(await forEach(of(steps, 'close'), async (step) => {
			const key = await closeOne(step, lock, world, around);
			if (key === null) return;
			closed.push(step.host);
			started.push(key);
		})),
	);
	await trimHistory(world, around);
	const { hosts, ended: rounds } = fenced;
	return { notified, closed, fenced: hosts, failures, started, rounds };
}

/**
 * Does what the plan allows; whatever is left over belongs to the next run. What decides about a POST
 * comes first, what only tells somebody (a status, STARTED) last, and without the lock.
 */
export async function act(planned: Planned, world: World, around: Surroundings): Promise<Done> {
	const { steps } = planned;
	const urgent = steps.filter(({ kind }) => ['adopt', 'look-up', 'restart'].includes(kind));
	const failures = await forEach(urgent, (step) => learn(step, world, around));
	const needsLock = steps.some(({ kind }) => ['begin', 'fence', 'close', 'start'].includes(kind));
	const lock = needsLock ? await takeLock(around) : null;
	const done =
		lock === null ? idle : await actLocked(planned, lock, world, around).finally(lock.release);
	failures.push(
		...(await forEach(done.started, (key) => sendStarted(key, world.masakari, around))),
	);
	failures.push(...(await forEach(of(steps, 'follow'), (step) => learn(step, world, around))));
	failures.push(...(await done.rounds));
	const elsewhere = needsLock && lock === null;
	const { notified, closed, fenced } = done;
	return { notified, closed, fenced, elsewhere, failures: [...done.failures, ...failures] };
}
