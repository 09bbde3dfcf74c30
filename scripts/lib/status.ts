import type { Vector } from '../../handlers/lib/decide/health.ts';
import { snapshotVectors } from '../../handlers/lib/decide/hosts.ts';
import type { Incident } from '../../handlers/lib/decide/incident.ts';
import { decideVerdict, type Verdict } from '../../handlers/lib/decide/matrix.ts';
import type { Settings } from '../../handlers/lib/decide/settings.ts';
import { emptySnapshot, type Snapshot } from '../../handlers/lib/decide/snapshot.ts';
import type { OperatorWord, Stored } from '../../handlers/lib/decide/stored.ts';
import type { Held, View } from '../../handlers/lib/decide/view.ts';
import { namedHosts } from './known-hosts.ts';

/** One network's hosts by what it last said of them. */
export type NetworkStatus = Pick<Snapshot, 'up' | 'down' | 'left' | 'vanished' | 'maintenance'>;

/** One host over all networks, and what becomes of it. */
export interface HostStatus {
	readonly vector: Vector;
	readonly verdict: Verdict;
	/** Whether any live controller sees it due. */
	readonly due: boolean;
	/** What any live controller says holds it. */
	readonly held: readonly Held[];
	readonly incident: Incident | null;
}

/** `hostmonitor status --json`: the facts in KV, for machines; keys are lower-cased. */
export interface Status {
	readonly controllers: Readonly<Record<string, View>>;
	readonly networks: Readonly<Record<string, NetworkStatus>>;
	readonly hosts: Readonly<Record<string, HostStatus>>;
	readonly paused: OperatorWord | null;
}

type Named<T> = Readonly<Record<string, T>>;

function mapValues<A, B>(from: Named<A>, each: (value: A) => B): Record<string, B> {
	return Object.fromEntries(
		Object.entries(from).map(([key, value]) => [key.toLowerCase(), each(value)]),
	);
}

function statusOf({ up, down, left, vanished, maintenance }: Snapshot): NetworkStatus {
	return { up, down, left, vanished, maintenance };
}

/** What holds a host in any view; two controllers of one opinion say it once. */
function heldIn(views: readonly View[], host: string): Held[] {
	const held = views.flatMap((view) => (Object.hasOwn(view.held, host) ? view.held[host] : []));
	const byText = new Map(held.flatMap((h) => (h ? [[`${h.gate}\n${h.reason}`, h] as const] : [])));
	return [...byText.values()];
}

/** Puts together what KV says; a network that nobody has read yet has empty lists. */
export function composeStatus(settings: Settings, stored: Stored): Status {
	const views = Object.values(stored.views).map(({ value }) => value);
	const vectors = snapshotVectors(settings, stored);
	const unseen: Vector = Object.fromEntries(
		settings.networks.map((network) => [network, 'unknown' as const]),
	);
	const statusOfHost = (host: string): HostStatus => {
		const vector = vectors.get(host) ?? unseen;
		return {
			vector: mapValues(vector, (health) => health),
			verdict: decideVerdict(settings.matrix, vector),
			due: views.some((view) => Object.hasOwn(view.due, host)),
			held: heldIn(views, host),
			incident: stored.incidents[host]?.value ?? null,
		};
	};
	const networks = settings.networks.map(
		(network) => [network, stored.snapshots[network]?.value ?? emptySnapshot] as const,
	);
	const hosts = [...namedHosts(stored)].sort();
	return {
		controllers: mapValues(stored.views, ({ value }) => value),
		networks: mapValues(Object.fromEntries(networks), statusOf),
		hosts: Object.fromEntries(hosts.map((host) => [host, statusOfHost(host)])),
		paused: stored.paused?.value ?? null,
	};
}
