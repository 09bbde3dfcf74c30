import type { Reading } from './health.ts';

/**
 * KV `networks/<network>`: what one network said, for triggering and for eyes.
 * Sorted lower-cased node names. A node is in one of the first five lists; `maintenance` is beside them.
 */
export interface Snapshot {
	readonly version: 1;
	readonly up: readonly string[];
	readonly down: readonly string[];
	readonly left: readonly string[];
	/** Known before, gone without a leave: whoever restarted does not know dead members. */
	readonly vanished: readonly string[];
	/** Known, but catalog and gossip do not say the same of it. */
	readonly unknown: readonly string[];
	/** Sticky: until a read shows the node present without `_node_maintenance`. */
	readonly maintenance: readonly string[];
}

export const emptySnapshot: Snapshot = {
	version: 1,
	up: [],
	down: [],
	left: [],
	vanished: [],
	unknown: [],
	maintenance: [],
};

type Nodes = Extract<Reading, { ok: true }>['nodes'];

/** The next snapshot of a network that could be read; equal to the previous one where no node's state changed. */
export function decideSnapshot(previous: Snapshot, nodes: Nodes): Snapshot {
	const lists = { up: [], down: [], left: [], unknown: [] as string[] } as Record<
		'up' | 'down' | 'left' | 'unknown',
		string[]
	>;
	for (const [host, node] of nodes) lists[node.health].push(host);
	const known = [...previous.up, ...previous.down, ...previous.unknown, ...previous.vanished];
	const vanished = known.filter((host) => !nodes.has(host));
	const stillInMaintenance = previous.maintenance.filter((host) => !nodes.get(host)?.registered);
	const nowInMaintenance = [...nodes].filter(([, n]) => n.maintenance).map(([host]) => host);
	return {
		version: 1,
		up: lists.up.sort(),
		down: lists.down.sort(),
		left: lists.left.sort(),
		vanished: vanished.sort(),
		unknown: lists.unknown.sort(),
		maintenance: [...new Set([...stillInMaintenance, ...nowInMaintenance])].sort(),
	};
}

/** Whether the snapshot already says this; writing it again would be a write for nothing. */
export function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}
