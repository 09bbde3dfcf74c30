/**
 * Does with each accepted notification what Masakari's engine does, but for evacuating anybody; what is
 * no COMPUTE_HOST is ignored.
 */

import type { NotificationRow, Status } from './masakari-rows.ts';
import { type State, setStatus, updateHost } from './masakari-state.ts';

/** How a host's recovery ends: `failed` by way of a retried `error`, as in Masakari. */
export type Outcome = 'finished' | 'failed' | 'error';

/** How fast the engine is and how it fares. */
export interface EngineOptions {
	/** From `new` to `running`; default 200. */
	readonly pickupMs?: number;
	/** From `running` to its end; default 1000. */
	readonly recoveryMs?: number;
	/** By host name; default `finished`. */
	readonly outcomes?: Readonly<Record<string, Outcome>>;
	/** Away from the start: every notification stays `new`. */
	readonly away?: boolean;
}

/** The running engine. */
export interface Engine {
	/** Away, it picks nothing up; back, it picks up all that is still `new`. */
	setAway(away: boolean): void;
	setOutcome(host: string, outcome: Outcome): void;
	/** Whether it answers a question of the API within this time. */
	answers(withinMs: number): Promise<boolean>;
	close(): void;
}

/** Starts an engine that works on every notification from now on. */
export function startEngine(state: State, options: EngineOptions = {}): Engine {
	const { pickupMs = 200, recoveryMs = 1000 } = options;
	const outcomes = new Map(Object.entries(options.outcomes ?? {}));
	const timers = new Set<NodeJS.Timeout>();
	const waiting = new Set<() => void>();
	let away = options.away ?? false;

	function after(ms: number, act: () => void): NodeJS.Timeout {
		const timer = setTimeout(() => {
			timers.delete(timer);
			act();
		}, ms);
		timers.add(timer);
		return timer;
	}

	function pickUp(row: NotificationRow): void {
		if (away || row.status !== 'new') return;
		if (row.host.segment.enabled) setStatus(state, row, 'running');
		const end = endWithoutRecovery(row);
		if (end !== null) {
			setStatus(state, row, end);
		} else {
			updateHost(state, row.host, { onMaintenance: true, reserved: false });
			after(recoveryMs, () => finish(row));
		}
	}

	function finish(row: NotificationRow): void {
		if (row.status !== 'running') return;
		const outcome = outcomes.get(row.host.name) ?? 'finished';
		setStatus(state, row, outcome === 'failed' ? 'error' : outcome);
		if (outcome === 'failed') after(recoveryMs, () => retry(row));
	}

	function retry(row: NotificationRow): void {
		if (row.status !== 'error') return;
		setStatus(state, row, 'running');
		after(recoveryMs, () => setStatus(state, row, 'failed'));
	}

	const onNotification = (row: NotificationRow): void => {
		if (row.status === 'new') after(pickupMs, () => pickUp(row));
	};
	state.events.on('notification', onNotification);

	return {
		setAway: (next) => {
			away = next;
			if (away) return;
			for (const row of state.notifications) onNotification(row);
			for (const tell of waiting) tell();
		},
		setOutcome: (host, outcome) => {
			outcomes.set(host, outcome);
		},
		answers: (withinMs) => {
			if (!away) return Promise.resolve(true);
			return new Promise((resolve) => {
				const settle = (answered: boolean): void => {
					waiting.delete(back);
					clearTimeout(timer);
					timers.delete(timer);
					resolve(answered);
				};
				const back = () => settle(true);
				const timer = after(withinMs, () => settle(false));
				waiting.add(back);
			});
		},
		close: () => {
			state.events.off('notification', onNotification);
			for (const timer of timers) clearTimeout(timer);
			timers.clear();
		},
	};
}

/** The order is Masakari's: the segment, then `host_status`, whatever the event; only then the event. */
function endWithoutRecovery({ host, type, payload }: NotificationRow): Status | null {
	if (!host.segment.enabled || type !== 'COMPUTE_HOST') return 'ignored';
	if (payload['host_status'] !== 'NORMAL') return 'ignored';
	return payload['event'] === 'STARTED' ? 'finished' : null;
}
