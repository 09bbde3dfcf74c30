import type { Vector } from './health.ts';

/** Why a due host is left alone right now: the gate's name, and the facts. */
export interface Held {
	readonly gate: string;
	readonly reason: string;
}

/** How long a controller has seen something, by its own clock: seconds since boot. */
export interface Sighting {
	readonly first_seen: number;
	readonly last_seen: number;
}

/** An outage in which gates held the host: first and last read in which one did. */
export interface Spell extends Sighting {
	readonly name: string;
	readonly vector: Vector;
	/** Each gate that did, with its last reason. */
	readonly gates: readonly Held[];
	/** Since when the host is not due any more; absent while it is. */
	readonly ended?: number;
}

/**
 * KV `controllers/<name>`: what one controller sees and holds. Times are its own seconds since boot,
 * and mean nothing under another `boot_id`.
 */
export interface View {
	readonly version: 1;
	readonly boot_id: string;
	/** By network: null, or why this controller cannot read it. */
	readonly networks: Readonly<Record<string, string | null>>;
	/** Hosts of which the verdict is recovery, with or without an incident. */
	readonly due: Readonly<Record<string, Sighting>>;
	/** Of due hosts, by network that shows them down: which outage it is, as the catalog's index has it. */
	readonly outages: Readonly<Record<string, Readonly<Record<string, number>>>>;
	/** Hosts with an incident of which every network that was down is up (or left) again. */
	readonly returning: Readonly<Record<string, Sighting>>;
	/** Due or returning beyond those that are named: 1,000, or as many as Consul takes in one value. */
	readonly uncounted: number;
	/** When each host last restarted everybody's confirmation; forgotten after 5 min. */
	readonly restarts: Readonly<Record<string, number>>;
	readonly storm: {
		readonly since: number;
		readonly last_seen: number;
		readonly count: number;
		readonly limit: number;
		/** Since when the count has not exceeded the limit; null while it does. */
		readonly calm_since: number | null;
		/** This controller leaves hosts undecided that it cannot read: it cannot know how many burn. */
		readonly blind?: boolean;
	} | null;
	/** By network, hosts that the catalog calls critical while this controller's own gossip knows them alive. */
	readonly contradicts?: Readonly<Record<string, readonly string[]>>;
	/** Due hosts that this controller's own reads show left on a network. */
	readonly left: readonly string[];
	/** How often a host became due within an hour, and when last: outages that ended by themselves. */
	readonly flaps: Readonly<Record<string, { readonly times: number; readonly last_seen: number }>>;
	/** By what runs them: what they look at, and since when a change of it waits for its handler, or null. */
	readonly watches: Readonly<
		Record<string, { readonly saw: number; readonly changed: number | null }>
	>;
	readonly held: Readonly<Record<string, readonly Held[]>>;
	/** At most 100 hosts without an incident that gates hold or held in this outage. */
	readonly spells?: Readonly<Record<string, Spell>>;
	/** Null until asked. */
	readonly masakari: { readonly answers: boolean; readonly error?: string } | null;
	/** This controller does not contend for the lock until then, or until this host is notified, and why. */
	readonly abstains: {
		readonly until: number;
		readonly reason: string;
		readonly host?: string;
	} | null;
	/** How often it did in a row since its last accepted POST, and until when the last time. */
	readonly stood_back?: { readonly times: number; readonly until: number };
	/** Digest of the decision configuration. */
	readonly configuration: string;
	readonly mode: 'act' | 'observe';
}
