import { closeOne, sendStarted, trimHistory } from './close.ts';
import type { Incident } from './decide/incident.ts';
import { findOwn, type Learnt } from './decide/outcome.ts';
import type { Planned } from './decide/plan.ts';
import type { Step } from './decide/steps.ts';
import type { World } from './decide/world.ts';
import { MasakariError, messageOf } from './errors.ts';
import { type Lock, takeLock } from './lock.ts';
import { abstain } from './own-session.ts';
import { changeIncident, record } from './record.ts';
import { sendBatch } from './send.ts';
import type { Surroundings } from './surroundings.ts';
import { askMasakari } from './world.ts';

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

type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>;

function of<K extends Step['kind']>(steps: readonly Step[], kind: K): StepOf<K>[] {
	return steps.filter((step): step is StepOf<K> => step.kind === kind);
}

async function follow({ host, uuid }: StepOf<'follow'>, around: Surroundings): Promise<void> {
	const found = await around.masakari.readStatus(uuid);
	if (!found.ok) throw new MasakariError(`${host}: status of ${uuid} unknown: ${found.error}`);
	const { status } = found;
	await changeIncident(around.kv, host, (incident) =>
		incident.masakari_status === status ? incident : { ...incident, masakari_status: status },
	);
}

/** Looks for a row of ours by the host's uuid: rows name no host, and times may be equal. */
async function lookUp(host: string, incident: Incident, world: World, around: Surroundings) {
	const hostUuid = world.masakari?.ok ? world.masakari.hosts.get(host)?.uuid : undefined;
	const [since = incident.attempt.generated_time] = incident.generated_times;
	const lookedAt = around.clock.now();
	const found = await around.masakari.lookUp(hostUuid, since);
	if (!found.ok) throw new MasakariError(`${host}: look-up failed: ${found.error}`);
	const own = findOwn(found.rows, incident);
	const learnt: Learnt = own
		? { kind: 'accepted', uuid: own.uuid, status: own.status }
		: { kind: 'nothing-there', lookedAt };
	await record(around, host, incident, learnt);
}

/** Learns without the lock: our own row in Masakari, an empty look-up, or a status. */
async function learn(step: Step, world: World, around: Surroundings): Promise<void> {
	if (step.kind === 'follow') return follow(step, around);
	if (step.kind !== 'adopt' && step.kind !== 'look-up') return;
	const incident = world.stored.incidents[step.host]?.value;
	if (incident === undefined) return;
	if (step.kind === 'look-up') return lookUp(step.host, incident, world, around);
	const { uuid, status } = step.row;
	await record(around, step.host, incident, { kind: 'accepted', uuid, status });
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
): Promise<Omit<Done, 'elsewhere'> & { readonly started: readonly string[] }> {
	const notified: string[] = [];
	const closed: string[] = [];
	const started = of(steps, 'start').map(({ key }) => key);
	const failures: string[] = [];
	const begin = of(steps, 'begin').map(({ host }) => host);
	for (let i = 0; i < begin.length; i += parallel) {
		const facts = i === 0 ? world.masakari : await askMasakari(around);
		const sent = await sendBatch(begin.slice(i, i + parallel), facts, lock, around);
		notified.push(...sent.notified);
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
			closed.push(step.host);
			started.push(key);
		})),
	);
	await trimHistory(world, around);
	return { notified, closed, failures, started };
}

/**
 * Does what the plan allows; whatever is left over belongs to the next run. What decides about a POST
 * comes first, what only tells somebody (a status, STARTED) last, and without the lock.
 */
export async function act(planned: Planned, world: World, around: Surroundings): Promise<Done> {
	const { steps } = planned;
	const urgent = steps.filter(({ kind }) => kind === 'adopt' || kind === 'look-up');
	const failures = await forEach(urgent, (step) => learn(step, world, around));
	const needsLock = steps.some(({ kind }) => ['begin', 'close', 'start'].includes(kind));
	const lock = needsLock ? await takeLock(around) : null;
	const done =
		lock === null
			? { notified: [], closed: [], failures: [], started: [] }
			: await actLocked(planned, lock, world, around).finally(lock.release);
	failures.push(...(await forEach(done.started, (key) => sendStarted(key, around))));
	failures.push(...(await forEach(of(steps, 'follow'), (step) => learn(step, world, around))));
	const elsewhere = needsLock && lock === null;
	const { notified, closed } = done;
	return { notified, closed, elsewhere, failures: [...done.failures, ...failures] };
}
