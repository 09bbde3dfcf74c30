import type { Readable } from './health.ts';

/**
 * KV `networks/<network>`: what one network said, for triggering and for eyes.
 * Sorted lower-cased names; a node is in one of the first five lists, `maintenance` is beside them.
 */
export interface Snapshot {
	readonly version: 1;
	readonly up: readonly string[];
	readonly down: readonly string[];
	/** Sticky: gossip forgets who left within a day, and a restarted controller at once. */
	readonly left: readonly string[];
	/** Known before, gone without a leave: whoever restarted does not know dead members. */
	readonly vanished: readonly string[];
	/** Never seen but with catalog and gossip saying different things of it. */
	readonly unknown: readonly string[];
	/** Sticky: until a read shows the node present without `_node_maintenance`. */
	readonly maintenance: readonly string[];
}

type State = 'up' | 'down' | 'left' | 'vanished' | 'unknown';
const states: readonly State[] = ['up', 'down', 'left', 'vanished', 'unknown'];

export const emptySnapshot: Snapshot = {
	version: 1,
	up: [],
	down: [],
	left: [],
	vanished: [],
	unknown: [],
	maintenance: [],
};

function statesOf(snapshot: Snapshot): Map<string, State> {
	return new Map(states.flatMap((state) => snapshot[state].map((host) => [host, state] as const)));
}

/**
 * The next snapshot of a network that could be read. Controllers whose gossip differs (one restarted
 * and forgot the dead) must not overwrite each other for ever, so what is unclear keeps its last clear
 * state, and a leave is only listed of a node that was listed before it, and then until the node is
 * seen again or an operator forgets it.
 */
export function decideSnapshot(previous: Snapshot, reading: Readable): Snapshot {
	const before = statesOf(previous);
	const now = new Map<string, State>();
	for (const [host, { health }] of reading.nodes) {
		if (health === 'unknown') now.set(host, before.get(host) ?? 'unknown');
		else if (health !== 'left' || before.has(host)) now.set(host, health);
	}
	for (const [host, state] of before) {
		const gone = !reading.nodes.has(host) && !reading.unmonitored.has(host);
		if (gone) now.set(host, state === 'left' ? 'left' : 'vanished');
	}
	const hostsIn = (state: State) =>
		[...now].flatMap(([host, its]) => (its === state ? [host] : [])).sort();
	const remembered = previous.maintenance.filter((host) => !reading.registered.has(host));
	return {
		version: 1,
		up: hostsIn('up'),
		down: hostsIn('down'),
		left: hostsIn('left'),
		vanished: hostsIn('vanished'),
		unknown: hostsIn('unknown'),
		maintenance: [...new Set([...remembered, ...reading.maintenance])].sort(),
	};
}

/** Whether writing `b` over `a` would be a write for nothing. */
export function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}

/** A snapshot without an operator's forgotten host; its `consul maint` goes where it is gone everywhere. */
export function forgetHost(snapshot: Snapshot, host: string, everywhere = true): Snapshot {
	const others = (names: readonly string[]) => names.filter((name) => name !== host);
	return {
		...snapshot,
		vanished: others(snapshot.vanished),
		left: others(snapshot.left),
		maintenance: everywhere ? others(snapshot.maintenance) : snapshot.maintenance,
	};
}
