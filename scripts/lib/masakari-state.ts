/** The rows of one embedded Masakari, and who is told when one of them changes. */

import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Call } from './masakari-calls.ts';
import type { HostChange, Sent } from './masakari-requests.ts';
import type { Host, NotificationRow, Segment, Status } from './masakari-rows.ts';

/** A segment to begin with. */
export interface SegmentSpec {
	readonly name: string;
	/** Default: yes. */
	readonly enabled?: boolean;
	readonly hosts: readonly (string | { readonly name: string; readonly onMaintenance: boolean })[];
}

/** Everything one embedded Masakari knows. */
export interface State {
	readonly now: () => number;
	readonly segments: readonly Segment[];
	readonly hosts: readonly Host[];
	readonly notifications: NotificationRow[];
	/** Carries what `Events` says. */
	readonly events: EventEmitter;
}

/** What can be listened for: rows made or changed, and requests as they go through. */
export interface Events {
	notification: [NotificationRow];
	host: [Host];
	/** A request has been read to its end. */
	call: [Call];
	/** A request has met a misbehaviour. */
	fault: [Call];
	/** A request has been answered. */
	answer: [Call];
	/** A connection ended before the whole answer was written. */
	gone: [Call];
}

/** Begins with the given segments and no notification; all times come from `now`. */
export function openState(specs: readonly SegmentSpec[], now: () => number): State {
	const hosts: Host[] = [];
	const stamp = () => ({ uuid: randomUUID(), createdAt: wholeSecond(now()), updatedAt: null });
	const segments = specs.map((spec, index): Segment => {
		const { name, enabled = true } = spec;
		const segment: Segment = { id: index + 1, name, enabled, ...stamp() };
		for (const item of spec.hosts) {
			const host = typeof item === 'string' ? { name: item, onMaintenance: false } : item;
			hosts.push({ id: hosts.length + 1, ...host, segment, reserved: false, ...stamp() });
		}
		return segment;
	});
	return { now, segments, hosts, notifications: [], events: new EventEmitter() };
}

/** The host of exactly this name; a test that names another is wrong. */
export function hostNamed(state: State, name: string): Host {
	const host = state.hosts.find((candidate) => candidate.name === name);
	if (host === undefined) throw new Error(`no host ${name} in any segment`);
	return host;
}

/** The segment of exactly this name; a test that names another is wrong. */
export function segmentNamed(state: State, name: string): Segment {
	const segment = state.segments.find((candidate) => candidate.name === name);
	if (segment === undefined) throw new Error(`no segment ${name}`);
	return segment;
}

/** Makes a `new` row of what was accepted. */
export function addNotification(
	state: State,
	sent: Sent,
	host: Host,
	generatedAt: number,
): NotificationRow {
	const row: NotificationRow = {
		id: state.notifications.length + 1,
		uuid: randomUUID(),
		host,
		type: sent.type,
		payload: sent.payload,
		generatedAt,
		status: 'new',
		createdAt: wholeSecond(state.now()),
		updatedAt: null,
	};
	state.notifications.push(row);
	state.events.emit('notification', row);
	return row;
}

/** Moves a notification to another status. */
export function setStatus(state: State, row: NotificationRow, status: Status): void {
	row.status = status;
	row.updatedAt = wholeSecond(state.now());
	state.events.emit('notification', row);
}

/** Changes what an operator, or the engine, may change of a host. */
export function updateHost(state: State, host: Host, change: HostChange): void {
	Object.assign(host, change);
	host.updatedAt = wholeSecond(state.now());
	state.events.emit('host', host);
}

/** Turns a segment on or off; the engine ignores what comes from hosts of one that is off. */
export function setEnabled(state: State, segment: Segment, enabled: boolean): void {
	segment.enabled = enabled;
	segment.updatedAt = wholeSecond(state.now());
}

/** Masakari keeps its own stamps in whole seconds. */
function wholeSecond(ms: number): number {
	return Math.floor(ms / 1000) * 1000;
}
