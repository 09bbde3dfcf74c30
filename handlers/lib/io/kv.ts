import type { KvEntry } from '../schema/kv.ts';

/** One operation of a transaction; all happen, or none. */
export type KvOperation =
	| { readonly verb: 'cas'; readonly key: string; readonly value: string; readonly index: number }
	| { readonly verb: 'delete-cas' | 'check-index'; readonly key: string; readonly index: number }
	| { readonly verb: 'check-not-exists'; readonly key: string }
	| { readonly verb: 'check-session'; readonly key: string; readonly session: string };

/** A transaction's end: the new index of each key written, or why nothing happened. */
export type KvCommitted =
	| { readonly ok: true; readonly indexes: Readonly<Record<string, number>> }
	| { readonly ok: false; readonly error: string };

/** How a session of ours is made: it never depends on node checks, and has no lock-delay. */
export interface SessionTerms {
	readonly name: string;
	readonly ttlSeconds: number;
	readonly behavior: 'delete' | 'release';
}

/**
 * The hub's KV below our prefix, and its sessions: all that agreement between controllers rests on.
 * Keys are given and returned without the prefix. Every call throws a ConsulError where Consul does not
 * answer in time.
 */
export interface Kv {
	/** Everything, `?consistent`, with the index that a blocking query continues from. */
	readAll(): Promise<{ readonly entries: readonly KvEntry[]; readonly index: number }>;
	read(key: string): Promise<KvEntry | null>;
	/** Index 0: create only. False where somebody else was first. */
	putCas(key: string, value: string, index: number): Promise<boolean>;
	deleteCas(key: string, index: number): Promise<boolean>;
	acquire(key: string, value: string, session: string): Promise<boolean>;
	release(key: string, session: string): Promise<void>;
	createSession(terms: SessionTerms): Promise<string>;
	/** False where the session is gone. */
	renewSession(session: string): Promise<boolean>;
	destroySession(session: string): Promise<void>;
	transact(operations: readonly KvOperation[]): Promise<KvCommitted>;
	/** Returns when a key below `folder` has changed since `index`, or when the time is over. */
	waitForChange(folder: string, index: number, waitMs: number): Promise<void>;
}
