import { closeOne, sendStarted, trimHistory } from './close.ts';
import { findOwn } from './decide/outcome.ts';
import type { Planned } from './decide/plan.ts';
import type { Step } from './decide/steps.ts';
import type { World } from './decide/world.ts';
import { messageOf } from './errors.ts';
import { type Lock, takeLock } from './lock.ts';
import { abstain } from './own-session.ts';
import { changeIncident, record } from './record.ts';
import { sendBatch } from './send.ts';
import type { Surroundings } from './surroundings.ts';

/** What a run did, for its one line. */
export interface Done {
	readonly notified: readonly string[];
	readonly closed: readonly string[];
	/** The lock was elsewhere: another controller acts. */
	readonly elsewhere: boolean;
	/** What went wrong and is left to the next run. */
	readonly failures: readonly string[];
}

/** POSTs and other requests to Masakari at once. */
const parallel = 8;

function of<K extends Step['kind']>(steps: readonly Step[], kind: K): Extract<Step, { kind: K }>[] {
	return steps.filter((step): step is Extract<Step, { kind: K }> => step.kind === kind);
}

/** Learns without the lock: our own row in Masakari, an empty look-up, or a status. */
async function learn(step: Step, world: World, around: Surroundings): Promise<void> {
	if (step.kind === 'follow') {
		const found = await around.masakari.readStatus(step.uuid);
		if (!found.ok) return around.log('warn', `status unknown: ${found.error}`, { host: step.host });
		const { status } = found;
		await changeIncident(around.kv, step.host, (incident) =>
			incident.masakari_status === status ? incident : { ...incident, masakari_status: status },
		);
		return;
	}
	if (step.kind !== 'adopt' && step.kind !== 'look-up') return;
	const incident = world.stored.incidents[step.host]?.value;
	if (incident === undefined) return;
	if (step.kind === 'adopt') {
		const { uuid, status } = step.row;
		return record(around, step.host, incident, { kind: 'accepted', uuid, status });
	}
	const hostUuid = world.masakari?.ok ? world.masakari.hosts.get(step.host)?.uuid : undefined;
	if (hostUuid === undefined) {
		return around.log('warn', 'look-up not possible: Masakari does not know it', {
			host: step.host,
		});
	}
	const [since = incident.attempt.generated_time] = incident.generated_times;
	const lookedAt = around.clock.now();
	const found = await around.masakari.lookUp(hostUuid, since);
	if (!found.ok) return around.log('warn', `look-up failed: ${found.error}`, { host: step.host });
	const own = findOwn(found.rows, incident);
	await record(
		around,
		step.host,
		incident,
		own
			? { kind: 'accepted', uuid: own.uuid, status: own.status }
			: { kind: 'nothing-there', lookedAt },
	);
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

/** Everything that only the lock's holder may do. */
async function actLocked(
	{ steps }: Planned,
	lock: Lock,
	world: World,
	around: Surroundings,
): Promise<Omit<Done, 'elsewhere'>> {
	const [notified, closed, started]: string[][] = [[], [], []];
	const failures: string[] = [];
	const begin = of(steps, 'begin').map(({ host }) => host);
	for (let i = 0; i < begin.length; i += parallel) {
		const facts = i === 0 ? world.masakari : await around.masakari.readFacts(around.clock.now);
		const sent = await sendBatch(begin.slice(i, i + parallel), facts, lock, around);
		notified?.push(...sent.notified);
		failures.push(...sent.failures);
		if (sent.abstain === null) continue;
		failures.push(sent.abstain.reason);
		await abstain(around, sent.abstain);
		break;
	}
	failures.push(
		...(await forEach(of(steps, 'close'), async (step) => {
			const key = await closeOne(step, lock, world, around);
			if (key === null) return;
			closed?.push(step.host);
			started?.push(key);
		})),
	);
	const keys = [...of(steps, 'start').map(({ key }) => key), ...(started ?? [])];
	failures.push(...(await forEach(keys, (key) => sendStarted(key, around))));
	await trimHistory(world, around);
	return { notified: notified ?? [], closed: closed ?? [], failures };
}

/** Does what the plan allows; whatever is left over belongs to the next run. */
export async function act(planned: Planned, world: World, around: Surroundings): Promise<Done> {
	const { steps } = planned;
	const learning = steps.filter(({ kind }) => kind !== 'begin' && kind !== 'close');
	const learnt = await forEach(learning, (step) => learn(step, world, around));
	const needsLock = steps.some(({ kind }) => ['begin', 'close', 'start'].includes(kind));
	const nothing = { notified: [], closed: [], elsewhere: false, failures: learnt };
	if (!needsLock) return nothing;
	const lock = await takeLock(around);
	if (lock === null) return { ...nothing, elsewhere: true };
	try {
		const done = await actLocked(planned, lock, world, around);
		return { ...done, elsewhere: false, failures: [...learnt, ...done.failures] };
	} finally {
		await lock.release();
	}
}
