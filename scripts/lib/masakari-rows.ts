/** What Masakari keeps, and how each of its rows looks in an answer. */

/** The states of a notification; `error` is not final. */
export type Status = 'new' | 'running' | 'error' | 'failed' | 'ignored' | 'finished';

/** A failover segment. */
export interface Segment {
	readonly id: number;
	readonly uuid: string;
	readonly name: string;
	enabled: boolean;
	readonly createdAt: number;
	updatedAt: number | null;
}

/** A host of one segment; its name is compared with case. */
export interface Host {
	readonly id: number;
	readonly uuid: string;
	readonly name: string;
	readonly segment: Segment;
	onMaintenance: boolean;
	reserved: boolean;
	readonly createdAt: number;
	updatedAt: number | null;
}

/** A notification; all times are ms since the epoch. */
export interface NotificationRow {
	readonly id: number;
	readonly uuid: string;
	readonly host: Host;
	readonly type: string;
	readonly payload: Readonly<Record<string, string>>;
	readonly generatedAt: number;
	status: Status;
	readonly createdAt: number;
	updatedAt: number | null;
}

const TIME =
	/^(\d{4})-?(\d\d)-?(\d\d)(?:[ T](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;

/** Reads a time as Masakari does, to the millisecond: a date alone is midnight, no zone is UTC. */
export function parseTime(text: string): number | null {
	const match = TIME.exec(text);
	if (match === null) return null;
	const [year, month, day, hour, minute, second] = match
		.slice(1, 7)
		.map((part) => Number(part ?? 0));
	const fraction = Math.floor(Number(`0.${match[7] ?? 0}`) * 1000);
	const parts = [
		year ?? 0,
		(month ?? 0) - 1,
		day ?? 0,
		hour ?? 0,
		minute ?? 0,
		second ?? 0,
	] as const;
	const at = new Date(Date.UTC(...parts, fraction));
	const kept = [at.getUTCMonth(), at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes()];
	if (kept.join() !== parts.slice(1, 5).join() || parts[5] > 59) return null;
	return at.getTime() - zoneMs(match[8] ?? 'Z');
}

function zoneMs(zone: string): number {
	if (zone === 'Z') return 0;
	const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
	const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
	return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** A time as Masakari writes it: naive, UTC, six digits. */
export function naiveTime(ms: number): string {
	return new Date(ms).toISOString().replace('Z', '000');
}

function stamps(row: { readonly createdAt: number; readonly updatedAt: number | null }) {
	return {
		created_at: naiveTime(row.createdAt),
		updated_at: row.updatedAt === null ? null : naiveTime(row.updatedAt),
		deleted_at: null,
		deleted: false,
	};
}

/** A segment in an answer; `enabled` is there whatever the microversion. */
export function segmentFields(segment: Segment) {
	return {
		id: segment.id,
		uuid: segment.uuid,
		name: segment.name,
		service_type: 'COMPUTE',
		enabled: segment.enabled,
		description: null,
		recovery_method: 'auto',
		...stamps(segment),
	};
}

/** A host in an answer, with its segment inside. */
export function hostFields(host: Host) {
	return {
		id: host.id,
		uuid: host.uuid,
		name: host.name,
		failover_segment_id: host.segment.uuid,
		failover_segment: segmentFields(host.segment),
		type: 'COMPUTE',
		reserved: host.reserved,
		control_attributes: 'SSH',
		on_maintenance: host.onMaintenance,
		...stamps(host),
	};
}

/** A notification in an answer; it names its host by uuid only. */
export function notificationFields(row: NotificationRow) {
	return {
		id: row.id,
		notification_uuid: row.uuid,
		generated_time: naiveTime(row.generatedAt),
		source_host_uuid: row.host.uuid,
		type: row.type,
		payload: row.payload,
		status: row.status,
		...stamps(row),
	};
}
