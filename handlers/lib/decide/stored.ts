import type { ClosedIncident, HeldRecord, Incident, Word } from './incident.ts';
import type { Snapshot } from './snapshot.ts';
import type { View } from './view.ts';
import type { HandlerRuns } from './watches.ts';

/** A KV value that parsed, with the index that a `cas` of it needs. */
export interface Entry<T> {
	readonly value: T;
	readonly index: number;
	/** Session that holds the key. */
	readonly session?: string;
}

/** An operator's `pause`, `maintenance` or `approve`: until when, ms since the epoch; absent: until taken back. */
export interface OperatorWord extends Word {
	readonly version: 1;
	readonly until?: number;
}

/** A KV value that is there and does not parse: reported, never acted on, never overwritten. */
export interface Unreadable {
	/** Key below the prefix, e.g. `hosts/n1`. */
	readonly key: string;
	readonly error: string;
}

/** Everything under the prefix, read at once and consistently. Maps are by lower-cased name. */
export interface Stored {
	/** `X-Consul-Index` of the read, for a blocking query. */
	readonly index: number;
	readonly snapshots: Readonly<Record<string, Entry<Snapshot>>>;
	readonly views: Readonly<Record<string, Entry<View>>>;
	readonly runs: Readonly<Record<string, Entry<HandlerRuns>>>;
	readonly incidents: Readonly<Record<string, Entry<Incident>>>;
	readonly history: Readonly<Record<string, Entry<ClosedIncident>>>;
	/** What else the history holds, by the rest of its keys: hosts that gates held until they came back. */
	readonly held: Readonly<Record<string, Entry<HeldRecord>>>;
	readonly maintenance: Readonly<Record<string, Entry<OperatorWord>>>;
	readonly approved: Readonly<Record<string, Entry<OperatorWord>>>;
	readonly paused: Entry<OperatorWord> | null;
	readonly unreadable: readonly Unreadable[];
}
