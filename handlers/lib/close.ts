import { closeOperations } from './commit.ts';
import { closeIncident, decideStarted, outdated } from './decide/closing.ts';
import type { ClosedIncident } from './decide/incident.ts';
import { keyOf } from './decide/keys.ts';
import type { MasakariFacts } from './decide/masakari.ts';
import { decideNotification, generatedTimeAt } from './decide/notification.ts';
import { mostStarts, type Step } from './decide/steps.ts';
import { isClockRight, type World, wallTime } from './decide/world.ts';
import type { Lock } from './lock.ts';
import { changeClosed } from './record.ts';
import type { Surroundings } from './surroundings.ts';

type Close = Extract<Step, { kind: 'close' }>;

/** Records kept of hosts that gates held; nothing rests on them. */
const heldLength = 200;

/** Ends an incident in one transaction; the key of its history record, or null where it has moved on. */
export async function closeOne(
	{ host, reason }: Close,
	lock: Lock,
	world: World,
	around: Surroundings,
): Promise<string | null> {
	const entry = world.stored.incidents[host];
	if (entry === undefined) return null;
	const now = wallTime(around.clock.now(), world.masakari);
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
	const { history, held } = stored;
	const oldHeld = Object.keys(held).sort().slice(0, -heldLength);
	for (const key of [...outdated(history, now).slice(0, 20), ...oldHeld.slice(0, 20)]) {
		await around.kv.deleteCas(`history/${key}`, (history[key] ?? held[key])?.index ?? 0);
	}
}

/** Counts a try of STARTED, the first of which dates it; undefined where none is to be sent any more. */
async function claimTry(
	key: string,
	time: string,
	{ kv }: Surroundings,
): Promise<ClosedIncident | undefined> {
	let claimed: ClosedIncident | undefined;
	await changeClosed(kv, key, (closed) => {
		claimed = undefined;
		if (closed.started?.state !== 'pending') return closed;
		// Another controller may have had the last try since this run read the record.
		if (closed.started.tries >= mostStarts) return closed;
		const { tries, generated_time } = closed.started;
		const dated = tries === 0 ? time : generated_time;
		claimed = {
			...closed,
			started: { ...closed.started, generated_time: dated, tries: tries + 1 },
		};
		return claimed;
	});
	return claimed;
}

/**
 * Tells Masakari that a recovered host is back: best effort, one sender a try. A try counts when it is
 * about to be written: a Masakari that cannot be reached uses none of them up. By a wrong clock it would be
 * dated wrongly: another controller sends it.
 */
export async function sendStarted(
	key: string,
	facts: MasakariFacts | null,
	around: Surroundings,
): Promise<void> {
	const { clock, lastPost, lastWords, masakari } = around;
	if (around.settings.mode === 'observe' || clock.uptime() > lastPost) return;
	if (!facts?.ok || !isClockRight(facts)) return;
	const connection = await masakari.connect();
	if (!connection.ok) return;
	try {
		if (clock.uptime() > lastPost) return;
		const closed = await claimTry(key, generatedTimeAt(Math.min(clock.now(), facts.date)), around);
		// What took the claim so long may have taken the rest of the time.
		if (closed?.started === undefined || clock.uptime() > lastPost) return;
		const { name, started } = closed;
		const answer = await connection.post(
			decideNotification(name, 'STARTED', started.generated_time, 'NORMAL'),
		);
		await changeClosed(lastWords, key, (last) => decideStarted(last, answer));
		around.log('info', `STARTED: ${answer.kind}`, { host: name });
	} finally {
		connection.close();
	}
}
