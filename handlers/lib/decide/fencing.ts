import type { HostFacts } from './hosts.ts';
import type { Fencing, Incident } from './incident.ts';
import type { FencingSettings } from './settings.ts';
import type { Stored } from './stored.ts';
import { wallSlackMs } from './world.ts';

/** What a BMC said of a host's power. */
export type PowerReading =
	| { readonly kind: 'on' }
	| { readonly kind: 'off' }
	| { readonly kind: 'error'; readonly error: string };

/** How a power-off ended; it proves nothing, only a reading does. */
export type Offed = { readonly ok: true } | { readonly ok: false; readonly error: string };

/** Fencing that is switched on. */
export type FencingOn = Exclude<FencingSettings, { mode: 'none' }>;

/** What the next round of fencing does; `proven`: nothing, Masakari may be told. */
export type FencingNext = 'off' | 'read' | 'proven';

/** Between two readings of one round, ms: a BMC that is off once may be in the middle of a reset. */
export const readingGapMs = 2000;
/** After so many failures in a row a host counts as not to be proven off. */
const giveUpAfter = 3;
/** An incident without any round. */
const unfenced: Pick<Fencing, 'round' | 'offs' | 'readings' | 'failures'> & Partial<Fencing> = {
	...{ round: 0, offs: 0, readings: 0, failures: 0 },
};

/** How old a reading may be when the next one counts as consecutive, and what it proved still counts, ms. */
export const recentMs = 60_000;
/** Whether a host was last read so shortly ago that the reading still says something. */
export const isRecent = ({ read_at }: Pick<Fencing, 'read_at'>, now: number): boolean =>
	read_at !== undefined && Math.abs(now - read_at) <= recentMs;

/**
 * What is next for a host that is to be proven off. The power goes off first, and again if it is on. A proof
 * that was not acted on in time proves nothing: somebody may have come and gone.
 */
export function nextFencing(
	fencing: Fencing | undefined,
	{ mode }: FencingOn,
	now: number,
): FencingNext {
	if (fencing?.proven_at !== undefined && isRecent(fencing, now)) return 'proven';
	const needsOff = fencing === undefined || fencing.offs === 0 || fencing.power === 'on';
	return mode === 'off' && needsOff ? 'off' : 'read';
}

/** Whether Masakari is to be told UNKNOWN: the host was not proven off, and somebody wants to know. */
export function isGivenUp(incident: Incident | undefined, { unproven }: FencingOn): boolean {
	if (incident?.host_status === 'UNKNOWN') return true;
	// A NORMAL whose end nobody knows may still turn up: no second kind beside it.
	if (unproven === 'hold' || !incident?.fencing || incident.attempt.number > 0) return false;
	return incident.fencing.proven_at === undefined && incident.fencing.failures >= giveUpAfter;
}

/** For how long a round keeps everybody else out, whoever dies in it. */
export const leaseMs = ({ timeoutMs }: FencingOn) => timeoutMs + readingGapMs + wallSlackMs;

/** The incident as it is committed before fence agents run; the first round opens it. */
export function beginRound(
	before: Incident | undefined,
	{ name, vector }: HostFacts,
	next: 'off' | 'read',
	settings: FencingOn,
	controller: string,
	now: number,
	generatedTime: string,
): Incident {
	const { power, proven_at, ...last } = before?.fencing ?? unfenced;
	const isOff = next === 'off';
	const goesOn = !isOff && isRecent(last, now);
	const fencing: Fencing = {
		...last,
		...{ mode: settings.mode, round: last.round + 1, controller },
		next_try: now + leaseMs(settings),
		// What was read before the power went off, or long ago, says nothing of what it came to.
		...(isOff && { offs: last.offs + 1, off_at: now }),
		...(!goesOn && { readings: 0 }),
		...(goesOn && proven_at !== undefined && { proven_at }),
		...(!isOff && power !== undefined && { power }),
	};
	if (before) return { ...before, state: 'fencing', fencing };
	return {
		...{ version: 1, name, vector, opened_at: now, state: 'fencing', generated_times: [] },
		attempt: {
			...{ number: 0, controller, generated_time: generatedTime, committed_at: now },
			...{ outcome: 'unsent', look_ups: [] },
		},
		...{ next_try: now, fencing },
	};
}

/** Whether any host is being proven off, or proven and Masakari not told yet. */
export function isProving({ incidents }: Pick<Stored, 'incidents'>): boolean {
	return Object.values(incidents).some(
		({ value }) => value.fencing !== undefined && value.state !== 'notified',
	);
}
