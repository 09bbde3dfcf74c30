import type { Incident } from './incident.ts';
import type { HostEvent, NotificationRow } from './masakari.ts';

/** Masakari recovers on NORMAL only; UNKNOWN it takes and ignores. */
export type HostStatus = 'NORMAL' | 'UNKNOWN';

/** The body of `POST /v1/notifications`: Masakari allows nothing else anywhere in it. */
export interface Notification {
	readonly notification: {
		readonly type: 'COMPUTE_HOST';
		/** As Masakari spells it. */
		readonly hostname: string;
		readonly generated_time: string;
		readonly payload: {
			readonly event: HostEvent;
			readonly cluster_status: 'OFFLINE' | 'ONLINE';
			readonly host_status: HostStatus;
		};
	};
}

/** What Masakari is told of a host; a stopped one is OFFLINE, a started one ONLINE. */
export function decideNotification(
	hostname: string,
	event: HostEvent,
	generatedTime: string,
	hostStatus: HostStatus,
): Notification {
	const cluster_status = event === 'STOPPED' ? 'OFFLINE' : 'ONLINE';
	const payload = { event, cluster_status, host_status: hostStatus } as const;
	return {
		notification: { type: 'COMPUTE_HOST', hostname, generated_time: generatedTime, payload },
	};
}

/** A time (ms since the epoch) as `generated_time` carries it: UTC, whole seconds, never later. */
export function generatedTimeAt(ms: number): string {
	return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/**
 * Whether a row is one of these notifications. It does not compare the host: ask for one host's rows
 * only, because hosts that fail together may share a `generated_time`.
 */
export function sameNotification(
	row: NotificationRow,
	event: HostEvent,
	hostStatus: HostStatus,
	generatedTimes: readonly string[],
): boolean {
	return (
		row.event === event &&
		row.host_status === hostStatus &&
		generatedTimes.includes(row.generated_time)
	);
}

/** Whether a row of this incident's host is its STOPPED; the host is not compared, as above. */
export function isOwn(
	row: NotificationRow,
	{ generated_times, host_status }: Pick<Incident, 'generated_times' | 'host_status'>,
): boolean {
	return sameNotification(row, 'STOPPED', host_status ?? 'NORMAL', generated_times);
}
