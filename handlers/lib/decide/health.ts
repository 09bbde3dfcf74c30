/** One network's word on one node. Absent is `unknown`, never `down`. */
export type Health = 'up' | 'down' | 'left' | 'unknown';

/** A host's health by network name. */
export type Vector = Readonly<Record<string, Health>>;

/** One node as a network shows it right now, catalog and gossip put together. */
export interface NodeReading {
	/** The node's name as this network's cluster spells it. */
	readonly name: string;
	readonly health: Health;
	/** The node carries `_node_maintenance` (`consul maint`). */
	readonly maintenance: boolean;
	/** Present in the catalog with a serfHealth: only then may an old maintenance be forgotten. */
	readonly registered: boolean;
	/** The agent's gossip address, for the agent probe; absent where gossip does not know the node. */
	readonly serf?: { readonly address: string; readonly port: number };
}

/** One network, read once: its monitored nodes by lower-cased name, or why it could not be read. */
export type Reading =
	| { readonly ok: true; readonly nodes: ReadonlyMap<string, NodeReading> }
	| { readonly ok: false; readonly error: string };

/** All networks, read in one run, by network name. */
export type Reads = Readonly<Record<string, Reading>>;

/** A host is known by its lower-cased name: Consul's catalog takes `N1` and `n1` for one node. */
export const hostOf = (nodeName: string): string => nodeName.toLowerCase();
