import type { Vector } from './health.ts';
import type { Held } from './view.ts';

/** How one POST ended: KV keeps it so that any controller knows what may come next. */
export type Outcome =
	/** Masakari took it, or a look-up found our row. */
	| 'accepted'
	/** Masakari said no, and no row of ours exists. */
	| 'refused'
	/** Nothing was written to the connection. */
	| 'unsent'
	/** Written, and no answer that proves anything: look up before anything else. */
	| 'ambiguous';

/** One POST of a notification; committed before it is written. */
export interface Attempt {
	/** 0 while none has begun: the host is being fenced. */
	readonly number: number;
	/** Controller that began it. */
	readonly controller: string;
	/** `YYYY-MM-DDTHH:MM:SSZ`; the same in every attempt until a definite refusal. */
	readonly generated_time: string;
	/** Wall time of the commit, ms since the epoch. */
	readonly committed_at: number;
	/** Absent while nobody knows: the same as ambiguous. */
	readonly outcome?: Outcome;
	/** Why it was not accepted: HTTP status and text, without secrets. */
	readonly error?: string;
	/** Wall times (ms) of look-ups that found no row of ours. */
	readonly look_ups: readonly number[];
}

/** How far the proof has come that the host is powered off; times in wall ms. */
export interface Fencing {
	readonly mode: 'verify' | 'off';
	/** How often agents were set to work; each time is committed before the first of them runs. */
	readonly round: number;
	/** Controller of this round. */
	readonly controller: string;
	/** Power-offs committed, and when the last was. */
	readonly offs: number;
	readonly off_at?: number;
	/** Readings of `off` in a row, each recent when the next came, and when the last was. */
	readonly readings: number;
	readonly read_at?: number;
	/** What the last reading said; absent where there is none since the last power-off, or it failed. */
	readonly power?: 'on' | 'off';
	/** What went wrong in a row, and the last of it: an agent, or power that is on and should not be. */
	readonly failures: number;
	readonly error?: string;
	/** Before that nobody begins a round: one is running, or the back-off is. */
	readonly next_try: number;
	/** The readings are enough; before each POST one more is taken. */
	readonly proven_at?: number;
}

export type IncidentState = 'fencing' | 'notifying' | 'notified';

/** Masakari's word on a notification; the last three are final. */
export type NotificationStatus = 'new' | 'running' | 'error' | 'finished' | 'failed' | 'ignored';

export const finalStatuses: readonly NotificationStatus[] = ['finished', 'failed', 'ignored'];

/** An operator's word stored in a key or an incident; times in ms since the epoch. */
export interface Word {
	readonly who: string;
	readonly why: string;
	readonly at: number;
}

/** KV `hosts/<host>`: what has been committed to for one outage. */
export interface Incident {
	readonly version: 1;
	/** The name Masakari is told: as the hub's cluster spells it. */
	readonly name: string;
	readonly state: IncidentState;
	/** Health by network name when the incident began. */
	readonly vector: Vector;
	readonly opened_at: number;
	/** Which outage the last attempt is of: by network, the catalog's index of its serfHealth. */
	readonly outages?: Readonly<Record<string, number>>;
	/** Every `generated_time` a row of ours may carry, oldest first. */
	readonly generated_times: readonly string[];
	/** The running or last attempt. */
	readonly attempt: Attempt;
	/** Wall time (ms) before which no new attempt begins. */
	readonly next_try: number;
	/** Absent where the notification rests on the networks alone. */
	readonly fencing?: Fencing;
	/** Masakari is told that the host's state is not known, in this and every later attempt. */
	readonly host_status?: 'UNKNOWN';
	/** Wall time (ms) at which acceptance was learnt. */
	readonly notified_at?: number;
	readonly uuid?: string;
	readonly masakari_status?: NotificationStatus;
	/** The approval that its last attempt or power-off used up. */
	readonly approval?: Word;
	/** Gates that held the host in this outage before the incident began, with their last reasons. */
	readonly held_before?: readonly Held[];
	/** By network that it will not rejoin, who said so: it is back without them. */
	readonly without?: Readonly<Record<string, Word>>;
	readonly acknowledged?: Word;
	readonly forgotten?: Word;
}

/** KV `history/<time>-<host>`: a closed incident. */
export interface ClosedIncident extends Omit<Incident, 'version'> {
	readonly version: 1;
	readonly closed_at: number;
	readonly reason: 'returned' | 'left' | 'forgotten';
	/** STARTED/ONLINE, best effort: only where the host returned and STOPPED was accepted. */
	readonly started?: {
		readonly state: 'pending' | 'accepted' | 'refused';
		readonly generated_time: string;
		readonly tries: number;
		readonly error?: string;
	};
}

/**
 * KV `history/<time>-<host>`: a host that was due, and came back before anybody was told, since gates held it
 * or this was `mode: observe`. For people: no decision rests on it. Times in wall ms.
 */
export interface HeldRecord {
	readonly version: 1;
	readonly name: string;
	readonly reason: 'held' | 'observed';
	/** Health by network name when it was last due. */
	readonly vector: Vector;
	readonly gates: readonly Held[];
	readonly first_seen: number;
	readonly closed_at: number;
}
