import { type FencingOn, isRecent, leaseMs, type Offed, type PowerReading } from './fencing.ts';
import type { Fencing, Incident } from './incident.ts';
import { backOffMs } from './outcome.ts';

const longestError = 300;

/** What a round has learnt so far, and who goes on with it: itself (true), or whoever comes next. */
export interface Learnt {
	readonly round: number;
	readonly goesOn: boolean;
	readonly now: number;
	readonly random: number;
}

/** Unchanged where another round has begun, or Masakari was told meanwhile. */
function changed(
	incident: Incident,
	{ round, goesOn, now }: Learnt,
	settings: FencingOn,
	next: (fencing: Omit<Fencing, 'next_try'>) => Omit<Fencing, 'next_try'> & { next_try?: number },
): Incident {
	const { fencing, state } = incident;
	if (fencing?.round !== round || state === 'notified') return incident;
	const next_try = goesOn ? now + leaseMs(settings) : now;
	return { ...incident, fencing: { next_try, ...next(without(fencing, 'next_try')) } };
}

function without<T extends object, K extends keyof T>(value: T, ...keys: readonly K[]): Omit<T, K> {
	const rest = { ...value };
	for (const key of keys) delete rest[key];
	return rest;
}

/** One more failure in a row: no proof, and the next round after a back-off. */
function failed(
	fencing: Omit<Fencing, 'next_try'>,
	error: string,
	{ now, random }: Learnt,
	atLeastMs: number,
): Fencing {
	const failures = fencing.failures + 1;
	return {
		...without(fencing, 'proven_at', 'power'),
		...{ readings: 0, failures, error: error.slice(0, longestError) },
		next_try: now + Math.max(atLeastMs, backOffMs(failures, random)),
	};
}

/** The incident after a power-off; one that failed may have worked, which the next reading tells. */
export function recordOff(
	incident: Incident,
	offed: Offed,
	learnt: Learnt,
	settings: FencingOn,
): Incident {
	return changed(incident, learnt, settings, (fencing) =>
		offed.ok ? fencing : failed(fencing, offed.error, learnt, 0),
	);
}

/** The incident after a reading: enough of `off` in a row are the proof, all else starts again. */
export function recordReading(
	incident: Incident,
	reading: PowerReading,
	learnt: Learnt,
	settings: FencingOn,
	confirmMs: number,
): Incident {
	const { now } = learnt;
	return changed(incident, learnt, settings, (fencing) => {
		if (reading.kind === 'error') return failed(fencing, reading.error, learnt, 0);
		if (reading.kind === 'on') {
			// It has to be due for as long as a new one before its power goes off again.
			return {
				...failed(fencing, 'its BMC says on', learnt, confirmMs),
				power: 'on',
				read_at: now,
			};
		}
		const before = isRecent(fencing, now)
			? fencing
			: { ...without(fencing, 'proven_at'), readings: 0 };
		const readings = before.readings + 1;
		const read = { ...without(before, 'error'), readings, read_at: now, power: 'off' as const };
		const proven = readings >= settings.readings;
		return proven ? { ...read, failures: 0, proven_at: before.proven_at ?? now } : read;
	});
}

/** The incident without its proof: a network sees the host up. */
export function restartFencing(incident: Incident, reason: string, now: number, confirmMs: number) {
	const { fencing, state } = incident;
	if (fencing === undefined || state === 'notified') return incident;
	return {
		...incident,
		fencing: {
			...without(fencing, 'proven_at', 'power'),
			...{ readings: 0, error: reason.slice(0, longestError), next_try: now + confirmMs },
		},
	};
}
