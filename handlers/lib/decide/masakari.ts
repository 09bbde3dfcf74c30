import type { NotificationStatus } from './incident.ts';

/** A COMPUTE_HOST event as Masakari's payload spells it. */
export type HostEvent = 'STOPPED' | 'STARTED';

/** One row of `GET /v1/notifications`, only what decisions need. */
export interface NotificationRow {
	readonly uuid: string;
	readonly source_host_uuid: string;
	/** Whole seconds, UTC, `YYYY-MM-DDTHH:MM:SSZ`, whatever spelling Masakari used. */
	readonly generated_time: string;
	readonly event: HostEvent | null;
	readonly host_status: string | null;
	readonly status: NotificationStatus;
}

/** A host of a failover segment. */
export interface SegmentHost {
	readonly uuid: string;
	/** As Masakari spells it; it is compared with case. */
	readonly name: string;
	readonly on_maintenance: boolean;
	readonly segment: string;
	readonly segment_enabled: boolean;
}

/** What Masakari knew when it was read, or why it could not be. */
export type MasakariFacts =
	| {
			readonly ok: true;
			/** The newest `Date` header, ms since the epoch. */
			readonly date: number;
			/** Our wall clock minus Masakari's `Date`, ms; `Date` has whole seconds. */
			readonly offsetMs: number;
			/** By lower-cased name. */
			readonly hosts: ReadonlyMap<string, SegmentHost>;
			/** COMPUTE_HOST rows generated in the last hour, and all that the engine has yet to take; newest first. */
			readonly rows: readonly NotificationRow[];
	  }
	| { readonly ok: false; readonly error: string };

/** How Masakari answered one POST. */
export type PostAnswer =
	| { readonly kind: 'accepted'; readonly uuid: string; readonly status: NotificationStatus }
	/** 409: says nothing about whose POST was accepted; look it up. */
	| {
			readonly kind: 'conflict';
			readonly because: 'duplicate' | 'maintenance';
			readonly error: string;
	  }
	| {
			readonly kind: 'refused';
			readonly error: string;
			/** `controller`: another controller may fare better (401, 403, 404 …). */
			readonly scope: 'everywhere' | 'controller';
			/** Will not heal by itself (400, 403, 404, 406): retry rarely. */
			readonly rarely: boolean;
			readonly retryAfterMs?: number;
	  }
	/** Not a byte was written. */
	| { readonly kind: 'unsent'; readonly error: string }
	/** Written, and what came back proves nothing (500, timeout, reset, rubbish). */
	| {
			readonly kind: 'ambiguous';
			readonly error: string;
			/** It may have been lost on this controller's way. */
			readonly scope?: 'controller';
	  };
