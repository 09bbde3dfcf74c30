import { type Health, hostOf, type Reads, type Vector } from './health.ts';
import { decideVerdict, type Verdict } from './matrix.ts';
import type { Settings } from './settings.ts';
import { decideSnapshot, emptySnapshot, type Snapshot } from './snapshot.ts';
import type { Stored } from './stored.ts';

/** One host over all networks, as this run's reads show it. */
export interface HostFacts {
	readonly host: string;
	/** As the hub's cluster spells it, or the first network that knows it. */
	readonly name: string;
	readonly vector: Vector;
	readonly verdict: Verdict;
}

/** Snapshots by network as they stand after these reads: the stored one where a network is unreadable. */
export function currentSnapshots(
	settings: Settings,
	reads: Reads,
	stored: Stored,
): Readonly<Record<string, Snapshot>> {
	return Object.fromEntries(
		settings.networks.map((network) => {
			const before = stored.snapshots[network]?.value ?? emptySnapshot;
			const reading = reads[network];
			return [network, reading?.ok ? decideSnapshot(before, reading) : before];
		}),
	);
}

/** Hosts that any network knows as a host and not only as gone. */
export function monitoredHosts(snapshots: Readonly<Record<string, Snapshot>>): ReadonlySet<string> {
	return new Set(
		Object.values(snapshots).flatMap(({ up, down, vanished, unknown }) => [
			...up,
			...down,
			...vanished,
			...unknown,
		]),
	);
}

/**
 * Every host that a readable network shows, with its vector and the matrix' verdict. `snapshots` as they
 * stand after these reads: who left stays `left` when a network does not know the host any more.
 */
export function decideHosts(
	settings: Settings,
	reads: Reads,
	snapshots: Readonly<Record<string, Snapshot>>,
): ReadonlyMap<string, HostFacts> {
	const hubFirst = [settings.hub, ...settings.networks.filter((n) => n !== settings.hub)];
	const names = new Map<string, string>();
	for (const network of hubFirst) {
		const reading = reads[network];
		if (!reading?.ok) continue;
		for (const [host, { name }] of reading.nodes) if (!names.has(host)) names.set(host, name);
	}
	const gone = new Map(settings.networks.map((n) => [n, new Set(snapshots[n]?.left)]));
	return new Map(
		[...names].map(([host, name]) => {
			const healthOn = (network: string): Health => {
				const health = healthIn(reads, network, host);
				return health === 'unknown' && gone.get(network)?.has(host) ? 'left' : health;
			};
			const vector = Object.fromEntries(settings.networks.map((n) => [n, healthOn(n)]));
			return [host, { host, name, vector, verdict: decideVerdict(settings.matrix, vector) }];
		}),
	);
}

/** A host's health in one network; `unknown` where the network or the node cannot be read. */
function healthIn(reads: Reads, network: string, host: string): Health {
	const reading = reads[network];
	return (reading?.ok && reading.nodes.get(hostOf(host))?.health) || 'unknown';
}

/** The same from the snapshots in KV: enough to know whether anything could be due, and for `status`. */
export function snapshotVectors(settings: Settings, stored: Stored): ReadonlyMap<string, Vector> {
	return vectorsOf(settings, currentSnapshots(settings, {}, stored));
}

/** Every host that any of these snapshots lists, and what each says of it. */
export function vectorsOf(
	settings: Settings,
	snapshots: Readonly<Record<string, Snapshot>>,
): ReadonlyMap<string, Vector> {
	const vectors = new Map<string, Record<string, Health>>();
	for (const network of settings.networks) {
		const snapshot = snapshots[network] ?? emptySnapshot;
		const put = (hosts: readonly string[], health: Health) => {
			for (const host of hosts) {
				const vector =
					vectors.get(host) ??
					Object.fromEntries(settings.networks.map((n): [string, Health] => [n, 'unknown']));
				vector[network] = health;
				vectors.set(host, vector);
			}
		};
		put(snapshot.up, 'up');
		put(snapshot.down, 'down');
		put(snapshot.left, 'left');
		put([...snapshot.vanished, ...snapshot.unknown], 'unknown');
	}
	return vectors;
}

/** Whether the snapshots alone make a host due that has not been notified yet: the cheap first look. */
export function couldBeDue(settings: Settings, stored: Stored): boolean {
	return [...snapshotVectors(settings, stored)].some(
		([host, vector]) =>
			stored.incidents[host]?.value.state !== 'notified' &&
			decideVerdict(settings.matrix, vector) === 'recovery',
	);
}
