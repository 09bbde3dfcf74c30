import { closeOperations } from './commit.ts';
import { closeIncident, decideStarted, outdated } from './decide/closing.ts';
import type { ClosedIncident } from './decide/incident.ts';
import { keyOf } from './decide/keys.ts';
import { decideNotification, generatedTimeAt } from './decide/notification.ts';
import type { Step } from './decide/steps.ts';
import type { World } from './decide/world.ts';
import type { Lock } from './lock.ts';
import { changeClosed } from './record.ts';
import type { Surroundings } from './surroundings.ts';

type Close = Extract<Step, { kind: 'close' }>;

/** Ends an incident in one transaction; the key of its history record, or null where it has moved on. */
export async function closeOne(
	{ host, reason }: Close,
	lock: Lock,
	world: World,
	around: Surroundings,
): Promise<string | null> {
	const entry = world.stored.incidents[host];
	if (entry === undefined) return null;
	const now = around.clock.now();
	const time = generatedTimeAt(now);
	const key = `${time}-${keyOf(host)}`;
	const closed = closeIncident(entry.value, reason, now, time);
	const operations = closeOperations(host, entry.index, `history/${key}`, closed, lock);
	const committed = await around.kv.transact(operations);
	if (!committed.ok) return null;
	around.log('info', `closed: ${reason}`, { host });
	return key;
}

/** Deletes what nothing needs any more, a few at a time. */
export async function trimHistory({ stored, now }: World, around: Surroundings): Promise<void> {
	for (const key of outdated(stored.history, now).slice(0, 20)) {
		await around.kv.deleteCas(`history/${key}`, stored.history[key]?.index ?? 0);
	}
}

/** Tells Masakari that a recovered host is back: best effort, one sender a try. */
export async function sendStarted(key: string, around: Surroundings): Promise<void> {
	const { kv, lastWords, masakari } = around;
	if (around.settings.mode === 'observe') return;
	let claimed: ClosedIncident | undefined;
	await changeClosed(kv, key, (closed) => {
		claimed = undefined;
		if (closed.started?.state !== 'pending') return closed;
		claimed = { ...closed, started: { ...closed.started, tries: closed.started.tries + 1 } };
		return claimed;
	});
	if (claimed?.started === undefined) return;
	const connection = await masakari.connect();
	if (!connection.ok) return;
	if (around.clock.uptime() > around.lastPost) return connection.close();
	const { name, started } = claimed;
	const answer = await connection.post(
		decideNotification(name, 'STARTED', started.generated_time, 'NORMAL'),
	);
	await changeClosed(lastWords, key, (closed) => decideStarted(closed, answer));
	around.log('info', `STARTED: ${answer.kind}`, { host: name });
}
