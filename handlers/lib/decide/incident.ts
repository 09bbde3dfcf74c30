import type { Vector } from './health.ts';

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
	/** Every `generated_time` a row of ours may carry, oldest first. */
	readonly generated_times: readonly string[];
	/** The running or last attempt. */
	readonly attempt: Attempt;
	/** Wall time (ms) before which no new attempt begins. */
	readonly next_try: number;
	/** Wall time (ms) at which acceptance was learnt. */
	readonly notified_at?: number;
	readonly uuid?: string;
	readonly masakari_status?: NotificationStatus;
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
