import { commitOperations } from './commit.ts';
import { beginAttempt } from './decide/attempt.ts';
import type { PostAnswer } from './decide/masakari.ts';
import { decideNotification, generatedTimeAt } from './decide/notification.ts';
import { decideLearnt } from './decide/outcome.ts';
import { isAlone } from './decide/own-view.ts';
import { outagesOf } from './decide/relapse.ts';
import { decideGrounds } from './decide/spells.ts';
import {
	type Abstention,
	abstentionFor,
	decideAbstention,
	longestAbstention,
	lostReason,
} from './decide/standing-back.ts';
import type { Step } from './decide/steps.ts';
import type { World } from './decide/world.ts';
import { messageOf } from './errors.ts';
import { proveAgain } from './fence-round.ts';
import { freshSeconds, writeWithinSeconds } from './fresh.ts';
import type { Connected } from './io/masakari.ts';
import type { Lock } from './lock.ts';
import { lookAgain } from './look-again.ts';
import { record } from './record.ts';
import type { Surroundings } from './surroundings.ts';
import type { Earlier } from './world.ts';

/** How a batch ended: whom Masakari took, and why this controller should stand back, if it should. */
export interface Sent {
	readonly notified: readonly string[];
	/** What was not sent, and why: the next run tries again. */
	readonly failures: readonly string[];
	readonly abstain: Abstention | null;
}

/** A host that the plan lets go on, and what its POST rests on. */
export type Begin = Extract<Step, { kind: 'begin' }>;

/** Reads the BMC again where that is the proof; commits, writes once, looks up what the answer does not prove, and records it. */
async function notify(
	{ host: facts, proof }: Begin,
	connection: Extract<Connected, { ok: true }>,
	world: World,
	lock: Lock,
	around: Surroundings,
): Promise<Sent> {
	const { clock, kv, masakari, log } = around;
	const { host } = facts;
	const unsent = (failure: string): Sent => {
		connection.close();
		return { notified: [], failures: [`${facts.name}: ${failure}`], abstain: null };
	};
	if (!world.masakari?.ok) return unsent('Masakari was not asked');
	const generated = generatedTimeAt(Math.min(clock.now(), world.masakari.date));
	const before = world.stored.incidents[host]?.value;
	const status = proof === 'none' ? 'UNKNOWN' : 'NORMAL';
	if (status === 'NORMAL' && around.settings.fencing.mode !== 'none') {
		const doubt = await proveAgain(around, host, before, world.readAt);
		if (doubt !== null) return unsent(doubt);
	}
	const begun = beginAttempt(before, facts, around.self, clock.now(), generated, status);
	const grounds = { ...decideGrounds(world, host, before), outages: outagesOf(facts, world.reads) };
	const incident = { ...begun, ...grounds };
	const { generated_time, number } = incident.attempt;

	const sentAt = clock.uptime();
	if (sentAt - world.readAt > freshSeconds) return unsent('the reads that authorise it are old');
	if (sentAt > around.lastPost) return unsent('no time left in this run for a POST');
	const committed = await kv.transact(commitOperations(world, host, incident, lock));
	if (!committed.ok) return unsent(`not committed: ${committed.error}`);
	let answer: PostAnswer;
	const writeUntil = Math.min(sentAt + writeWithinSeconds, around.lastPost);
	if (clock.uptime() > writeUntil) {
		connection.close();
		answer = { kind: 'unsent', error: 'stopped between the commit and the write' };
	} else {
		const body = decideNotification(incident.name, 'STOPPED', generated_time, status);
		answer = await connection.post(body);
	}
	const uuid = world.masakari.hosts.get(host)?.uuid ?? '';
	const since = incident.generated_times[0] ?? generated_time;
	const asked = answer.kind === 'conflict' || answer.kind === 'refused';
	const found = asked ? await masakari.lookUp(uuid, since) : null;
	const learnt = decideLearnt(answer, found?.ok ? found.rows : null, incident, clock.random());
	await record(around, host, incident, learnt);
	const accepted = learnt.kind === 'accepted';
	log(accepted ? 'info' : 'warn', `attempt ${number} of ${incident.name}: ${learnt.kind}`, {
		host,
		...('error' in learnt && { reason: learnt.error }),
		...(learnt.kind === 'accepted' && { notification: learnt.uuid }),
	});
	const abstain = accepted ? null : decideAbstention(answer, host, isAlone(world));
	return { notified: accepted ? [host] : [], failures: [], abstain };
}

/**
 * Sends one batch (at most 8 hosts) under the lock: connects first, reads KV and networks once more,
 * and lets only those go on that the plan still names. What Masakari knows was read `earlier`: its
 * lists may take longer than a live read stays good.
 */
export async function sendBatch(
	hosts: readonly Begin[],
	earlier: Earlier,
	lock: Lock,
	around: Surroundings,
): Promise<Sent> {
	const { masakari: facts } = earlier;
	const connections = await Promise.all(hosts.map(() => around.masakari.connect()));
	try {
		if (facts?.ok === false) {
			const reason = `Masakari does not answer: ${facts.error}`;
			return { notified: [], failures: [], abstain: abstentionFor(reason) };
		}
		const refused = connections.find((c) => !c.ok);
		if (refused?.ok === false) {
			return { notified: [], failures: [], abstain: abstentionFor(refused.error) };
		}
		// A proof stands without the networks' verdict.
		const resting = hosts.filter(({ proof }) => proof !== 'power').map(({ host }) => host);
		const { world, steps, lost } = await lookAgain(resting, earlier, around);
		const stands = steps.flatMap((step) => (step.kind === 'begin' ? [step] : []));
		const due = stands.filter(({ host }) => hosts.some((asked) => asked.host.host === host.host));
		if (due.length === 0) {
			// Another controller may see it otherwise.
			const [gone] = lost;
			const abstain = gone ? abstentionFor(lostReason(gone.name, 'on live reads', world)) : null;
			return { notified: [], failures: [], abstain };
		}
		const sent = await Promise.allSettled(
			due.map((begin, i) => {
				const connection = connections[i];
				return connection?.ok ? notify(begin, connection, world, lock, around) : null;
			}),
		);
		const ended = sent.flatMap((s) => (s.status === 'fulfilled' && s.value ? [s.value] : []));
		const broken = sent.flatMap((s) => (s.status === 'rejected' ? [messageOf(s.reason)] : []));
		return {
			notified: ended.flatMap(({ notified }) => notified),
			failures: [...broken, ...ended.flatMap(({ failures }) => failures)],
			abstain: longestAbstention(ended.flatMap(({ abstain }) => (abstain ? [abstain] : []))),
		};
	} finally {
		for (const connection of connections) if (connection.ok) connection.close();
	}
}
