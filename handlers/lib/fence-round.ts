import { type FencingOn, type PowerReading, readingGapMs } from './decide/fencing.ts';
import { type Learnt, recordOff, recordReading } from './decide/fencing-outcome.ts';
import { upOn } from './decide/fencing-steps.ts';
import type { HostFacts } from './decide/hosts.ts';
import type { Incident } from './decide/incident.ts';
import { freshSeconds, writeWithinSeconds } from './fresh.ts';
import { changeIncident } from './record.ts';
import type { Surroundings } from './surroundings.ts';

/** An agent that is given less than that says nothing of the BMC. */
const leastMs = 2000;

/** One round of fencing that is committed. */
export interface Round {
	readonly host: HostFacts;
	readonly next: 'off' | 'read';
	readonly incident: Incident;
	/** Seconds since boot at which its transaction was sent. */
	readonly sentAt: number;
}

/** Whether an agent that begins now, or so much later, ends in time. */
export function hasTime(
	{ clock, fenceUntil }: Surroundings,
	{ timeoutMs }: FencingOn,
	laterMs = 0,
): boolean {
	return clock.uptime() + (laterMs + timeoutMs) / 1000 <= fenceUntil;
}

/** Stores what was learnt in this round; an incident that moved on stays as it is. */
async function note(
	{ lastWords, clock }: Surroundings,
	{ host, incident }: Pick<Round, 'incident'> & { readonly host: string },
	goesOn: boolean,
	next: (incident: Incident, learnt: Learnt) => Incident,
): Promise<void> {
	const round = incident.fencing?.round ?? 0;
	const learnt = { round, goesOn, now: clock.now(), random: clock.random() };
	await changeIncident(lastWords, host, (current) =>
		current.opened_at === incident.opened_at ? next(current, learnt) : current,
	);
}

/** Stores one reading, and says it. */
async function noteReading(
	around: Surroundings,
	settings: FencingOn,
	of: Pick<Round, 'incident'> & { readonly host: string },
	reading: PowerReading,
	goesOn: boolean,
): Promise<void> {
	await note(around, of, goesOn, (current, learnt) =>
		recordReading(current, reading, learnt, settings, around.settings.confirmMs),
	);
	const failed = reading.kind === 'error';
	around.log(failed ? 'warn' : 'info', `its BMC says ${reading.kind}`, {
		host: of.host,
		...(failed && { reason: reading.error }),
	});
}

/** What is wrong with a reading that should say off. */
const wrongWith = (reading: PowerReading): string | null => {
	if (reading.kind === 'off') return null;
	return reading.kind === 'on' ? 'its BMC says on' : reading.error;
};

/** Powers the host off; whether its readings may follow at once. */
async function powerOff(around: Surroundings, settings: FencingOn, round: Round): Promise<boolean> {
	const { clock, fence, log } = around;
	const { name, host } = round.host;
	const where = { host, decision: 'off' };
	const inTime = clock.uptime() - round.sentAt <= writeWithinSeconds;
	if (inTime) log('warn', `powering ${name} off`, where);
	const late = 'off: stopped between the commit and the power-off';
	const offed = inTime ? await fence.off(host) : { ok: false as const, error: late };
	// Where a network saw it up, gossip has to notice first: it would take the proof away again.
	const goesOn = offed.ok && upOn(round.host).length === 0 && hasTime(around, settings);
	await note(around, { host, incident: round.incident }, goesOn, (current, learnt) =>
		recordOff(current, offed, learnt, settings),
	);
	if (!offed.ok) log('warn', `${name} may not be off`, { ...where, reason: offed.error });
	return goesOn;
}

/**
 * What a committed round does, without the lock: powers off, if that is next, then reads until the host is
 * proven off, or is not, or the time is over. All of it is stored; throws only where that fails.
 */
export async function runRound(
	around: Surroundings,
	settings: FencingOn,
	round: Round,
): Promise<void> {
	const { host } = round.host;
	if (round.next === 'off' && !(await powerOff(around, settings, round))) return;
	const before = round.next === 'off' ? 0 : (round.incident.fencing?.readings ?? 0);
	for (let readings = before + 1; ; readings++) {
		const goesOn = () => readings < settings.readings && hasTime(around, settings, readingGapMs);
		const of = { host, incident: round.incident };
		const reading = await around.fence.status(host);
		const again = reading.kind === 'off' && goesOn();
		await noteReading(around, settings, of, reading, again);
		if (!again) return;
		await around.clock.sleep(readingGapMs);
	}
}

/** Reads the BMC once more right before a POST; null where it still says off, else why it is not sent. */
export async function proveAgain(
	around: Surroundings,
	host: string,
	incident: Incident | undefined,
	readAt: number,
): Promise<string | null> {
	const { fencing: settings } = around.settings;
	if (settings.mode === 'none' || incident?.fencing?.proven_at === undefined) {
		return 'it is not proven off';
	}
	const leftMs = (readAt + freshSeconds - 1 - around.clock.uptime()) * 1000;
	if (leftMs < leastMs) return 'the reads that authorise it are old';
	const reading = await around.fence.status(host, leftMs);
	const wrong = wrongWith(reading);
	// What it says again is not stored: the commit that follows goes by the incident as it was read.
	if (wrong !== null) await noteReading(around, settings, { host, incident }, reading, false);
	return wrong;
}
