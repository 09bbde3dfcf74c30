/** One network's word on one node. Absent is `unknown`, never `down`. */
export type Health = 'up' | 'down' | 'left' | 'unknown';

/** A host's health by network name. */
export type Vector = Readonly<Record<string, Health>>;

/** One node as a network shows it right now, catalog and gossip put together. */
export interface NodeReading {
	/** The node's name as this network's cluster spells it. */
	readonly name: string;
	readonly health: Health;
	/** The health is unknown, and either the catalog or gossip, one of them alone, speaks for `down`. */
	readonly suspect?: boolean;
	/** The catalog says critical, and this agent's gossip alive. */
	readonly alive?: boolean;
	/** Catalog index of the last write of its serfHealth. */
	readonly checkIndex?: number;
	/** Where the agent of a node that is not alive gossips, for the agent probe, if it is known, and no living node's. */
	readonly serf?: { readonly address: string; readonly port: number };
}

/** Who a network's own agent says it is, by its gossip tags; what it does not say is absent. */
export interface OwnAgent {
	/** Node id. */
	readonly id?: string;
	/** Datacenter. */
	readonly dc?: string;
}

/** One network, read once, by lower-cased node name; or why it could not be read. */
export type Reading =
	| {
			readonly ok: true;
			/** The monitored nodes. */
			readonly nodes: ReadonlyMap<string, NodeReading>;
			/** Nodes seen or known before that are not monitored: servers, or not named by `hosts`. */
			readonly unmonitored: ReadonlySet<string>;
			/** Nodes with a serfHealth in the catalog: only these can show that a maintenance ended. */
			readonly registered: ReadonlySet<string>;
			/** Nodes that carry `_node_maintenance` (`consul maint`), also without a serfHealth. */
			readonly maintenance: ReadonlySet<string>;
			/** This controller's own agent there. */
			readonly agent?: OwnAgent;
	  }
	| { readonly ok: false; readonly error: string };

/** A network that could be read. */
export type Readable = Extract<Reading, { ok: true }>;

/** All networks, read in one run, by network name. */
export type Reads = Readonly<Record<string, Reading>>;

/** A host is known by its lower-cased name: Consul's catalog takes `N1` and `n1` for one node. */
export const hostOf = (nodeName: string): string => nodeName.toLowerCase();
