/** Masakari's rules as pure functions over rows: what it refuses, takes for a duplicate and lists. */

import type { Sent } from './masakari-requests.ts';
import { type Host, type NotificationRow, parseTime, type Segment } from './masakari-rows.ts';

/** A row is a duplicate of one generated this long before it, or any time after. */
export const DUPLICATE_WINDOW_MS = 180_000;

/** A list never holds more rows than this. */
export const MAX_LIMIT = 1000;

/** Why a well-formed notification is a 409: maintenance counts before the duplicate, for any event. */
export function conflictOf(
	sent: Sent,
	host: Host,
	rows: readonly NotificationRow[],
): string | null {
	const from = `Notification received from host ${sent.hostname} of type`;
	if (host.onMaintenance) {
		return `${from} '${sent.type}' is ignored as the host is already under maintenance.`;
	}
	return isDuplicate(sent, host, rows) ? `${from} ${sent.type} is duplicate.` : null;
}

/** Same host, type and payload, and generated no earlier than the window before; arrival is nothing. */
export function isDuplicate(sent: Sent, host: Host, rows: readonly NotificationRow[]): boolean {
	const since = (parseTime(sent.generated_time) ?? 0) - DUPLICATE_WINDOW_MS;
	return rows.some(
		(row) =>
			row.host === host &&
			row.type === sent.type &&
			row.generatedAt >= since &&
			samePayload(row.payload, sent.payload),
	);
}

function samePayload(a: Sent['payload'], b: Sent['payload']): boolean {
	const keys = Object.keys(a);
	return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** Nobody may change a segment's hosts while a notification of any of them is not at its end. */
export function isUnderRecovery(segment: Segment, rows: readonly NotificationRow[]): boolean {
	const open = ['new', 'running', 'error'];
	return rows.some((row) => row.host.segment === segment && open.includes(row.status));
}

/** One page of notifications, newest first, or why it is a 400; unknown filters count for nothing. */
export function listed(
	rows: readonly NotificationRow[],
	query: URLSearchParams,
): { readonly rows: readonly NotificationRow[] } | { readonly reason: string } {
	const is = (name: string, value: string) => !query.has(name) || query.get(name) === value;
	const sinceText = query.get('generated-since');
	const since = sinceText === null ? Number.NEGATIVE_INFINITY : parseTime(sinceText);
	if (since === null) return { reason: 'Invalid generated-since value' };
	const found = rows
		.filter((row) => is('source_host_uuid', row.host.uuid) && is('type', row.type))
		.filter((row) => is('status', row.status) && row.generatedAt >= since);
	return page(rows, found, query);
}

/** The page of a list that `limit` and `marker` ask for, newest first; the marker is an `id`, no uuid. */
export function page<Row extends { readonly id: number }>(
	all: readonly Row[],
	found: readonly Row[],
	query: URLSearchParams,
): { readonly rows: readonly Row[] } | { readonly reason: string } {
	const limit = query.get('limit') ?? String(MAX_LIMIT);
	const marker = query.get('marker');
	if (!/^-?\d+$/.test(limit)) return { reason: 'Invalid input received: limit must be an integer' };
	if (limit.startsWith('-')) return { reason: 'Invalid input received: limit must be >= 0' };
	if (marker !== null && !all.some((row) => String(row.id) === marker)) {
		return { reason: `Marker ${marker} could not be found.` };
	}
	const before = marker === null ? Number.POSITIVE_INFINITY : Number(marker);
	const newest = found.filter((row) => row.id < before).sort((a, b) => b.id - a.id);
	return { rows: newest.slice(0, Math.min(Number(limit), MAX_LIMIT)) };
}
