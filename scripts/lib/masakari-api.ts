/** Masakari's API in this process, for the demo and for tests: its answers, no OpenStack behind it. */

import { once } from 'node:events';
import { type Call, waitFor } from './masakari-calls.ts';
import { type EngineOptions, type Outcome, startEngine } from './masakari-engine.ts';
import type { Fault, FaultSpec } from './masakari-faults.ts';
import type { NotificationRow, Status } from './masakari-rows.ts';
import { type Authenticate, openServer } from './masakari-server.ts';
import {
	type Events,
	hostNamed,
	openState,
	type SegmentSpec,
	segmentNamed,
	setEnabled,
	setStatus,
	updateHost,
} from './masakari-state.ts';

/** How an embedded Masakari starts. */
export interface MasakariOptions {
	/** Default: 127.0.0.1. */
	readonly address?: string;
	/** Default: any free one. */
	readonly port?: number;
	/** Segments, and names of hosts that share one, called `compute`. */
	readonly hosts: readonly (string | SegmentSpec)[];
	/** Masakari's wall clock, ms. */
	readonly now?: () => number;
	readonly engine?: EngineOptions;
	/** How long a question to an engine that is away takes; default 60 s, as in Masakari. */
	readonly rpcTimeoutMs?: number;
	/** Default: everybody may do everything. */
	readonly authenticate?: Authenticate;
}

/** A running embedded Masakari. */
export interface MasakariApi {
	/** Ends in `/v1`. */
	readonly url: string;
	/** Every request since the start, in order of arrival. */
	readonly calls: readonly Call[];
	/** Every notification that was accepted, oldest first. */
	readonly notifications: readonly NotificationRow[];
	/** Listens until the function it returns is called. */
	on<Name extends keyof Events>(
		name: Name,
		listener: (subject: Events[Name][0]) => void,
	): () => void;
	/** What the probe finds, as soon as any event makes it find something. */
	waitFor<Found>(probe: () => Found | false | null | undefined, timeoutMs: number): Promise<Found>;
	fault(spec: FaultSpec): Fault;
	/** Puts a host on maintenance by hand. */
	setMaintenance(host: string): void;
	/** What an operator does after a recovery, and without the 409 that a PUT gets during one. */
	clearMaintenance(host: string): void;
	disableSegment(name: string): void;
	enableSegment(name: string): void;
	setEngineAway(away: boolean): void;
	setOutcome(host: string, outcome: Outcome): void;
	/** Moves one notification by hand; made `new`, the engine takes it up once more. */
	setStatus(uuid: string, status: Status): void;
	/** Makes the `Date` header say so much more than the clock, from now on. */
	skewDate(ms: number): void;
	/** Refuses connections and ends those there are; rows and engine live on. */
	stopListening(): Promise<void>;
	/** Listens again where it did. */
	listenAgain(): Promise<void>;
	/** Ends everything, hanging requests too. */
	close(): Promise<void>;
}

/** Starts an embedded Masakari and resolves when it listens. */
export async function startMasakariApi(options: MasakariOptions): Promise<MasakariApi> {
	const { address = '127.0.0.1', now = Date.now, rpcTimeoutMs = 60_000 } = options;
	const state = openState(segmentsOf(options.hosts), now);
	const engine = startEngine(state, options.engine);
	let skewMs = 0;
	const dateOf = () => now() + skewMs;
	const backend = { state, engine, rpcTimeoutMs };
	const { server, faults, calls } = openServer(backend, dateOf, options.authenticate);

	async function listen(port: number): Promise<number> {
		server.listen(port, address);
		await once(server, 'listening');
		const bound = server.address();
		return typeof bound === 'object' ? (bound?.port ?? port) : port;
	}

	async function stopListening(): Promise<void> {
		if (!server.listening) return;
		const closed = once(server, 'close');
		server.close();
		server.closeAllConnections();
		await closed;
	}

	const port = await listen(options.port ?? 0);
	return {
		url: `http://${address.includes(':') ? `[${address}]` : address}:${port}/v1`,
		calls,
		notifications: state.notifications,
		on: (name, listener) => {
			const { events } = state;
			events.on(name, listener);
			return () => events.off(name, listener);
		},
		waitFor: (probe, timeoutMs) => waitFor(state.events, probe, timeoutMs),
		fault: faults.add,
		setMaintenance: (host) => updateHost(state, hostNamed(state, host), { onMaintenance: true }),
		clearMaintenance: (host) => updateHost(state, hostNamed(state, host), { onMaintenance: false }),
		disableSegment: (name) => setEnabled(state, segmentNamed(state, name), false),
		enableSegment: (name) => setEnabled(state, segmentNamed(state, name), true),
		setEngineAway: engine.setAway,
		setOutcome: engine.setOutcome,
		setStatus: (uuid, status) => {
			const row = state.notifications.find((candidate) => candidate.uuid === uuid);
			if (row === undefined) throw new Error(`no notification ${uuid}`);
			setStatus(state, row, status);
		},
		skewDate: (ms) => {
			skewMs = ms;
		},
		stopListening,
		listenAgain: async () => {
			await listen(port);
		},
		close: async () => {
			engine.close();
			await stopListening();
		},
	};
}

function segmentsOf(hosts: readonly (string | SegmentSpec)[]): readonly SegmentSpec[] {
	const names = hosts.filter((item) => typeof item === 'string');
	const specs = hosts.filter((item) => typeof item !== 'string');
	return names.length === 0 ? specs : [{ name: 'compute', hosts: names }, ...specs];
}
