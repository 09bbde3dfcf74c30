import type { NotificationStatus } from '../decide/incident.ts';
import type { HostEvent, NotificationRow } from '../decide/masakari.ts';
import { compile } from './compile.ts';
import { inputError, type Parse, parserOf } from './input.ts';
import { listOf, theirs } from './parts.ts';

/** A page of a list; `marker` asks for the next one. */
export interface Page<T> {
	readonly items: readonly T[];
	/** The `id` of the last row, for Masakari looks markers up by it, never by uuid; null if empty. */
	readonly marker: number | null;
}

/** A failover segment. */
export interface Segment {
	readonly uuid: string;
	readonly name: string;
	readonly enabled: boolean;
}

/** A host as its segment's list shows it. */
export interface ListedHost {
	readonly uuid: string;
	readonly name: string;
	readonly on_maintenance: boolean;
}

/** A notification as the answers to a POST and to a look at one row show it. */
export interface NotificationState {
	readonly uuid: string;
	readonly status: NotificationStatus;
}

interface RawRow {
	readonly id: number;
	readonly notification_uuid: string;
	readonly source_host_uuid: string;
	readonly generated_time: string;
	readonly status: NotificationStatus;
	readonly payload: Readonly<Record<string, unknown>> | null;
}
type RawState = Pick<RawRow, 'notification_uuid' | 'status'>;
/** An older Masakari cannot disable segments. */
type RawSegment = Omit<Segment, 'enabled'> & { readonly id: number; readonly enabled?: boolean };
type RawHost = ListedHost & { readonly id: number };

const uuid = { type: 'string', pattern: '^[0-9A-Za-z-]{1,64}$', description: 'a uuid' };
const id = { type: 'integer', minimum: 0 };
const name = { type: 'string', minLength: 1 };
const status = {
	type: 'string',
	enum: ['new', 'running', 'error', 'finished', 'failed', 'ignored'],
};
const state = { notification_uuid: uuid, status };
const time = {
	type: 'string',
	pattern: '^\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:?\\d\\d)?$',
	description: 'a time such as 2024-01-31T09:30:00.000000',
};
const row = theirs<RawRow>({
	...state,
	id,
	source_host_uuid: uuid,
	generated_time: time,
	payload: { type: 'object', nullable: true },
});
const segment = theirs<RawSegment>({ id, uuid, name, enabled: { type: 'boolean' } }, ['enabled']);
const host = theirs<RawHost>({ id, uuid, name, on_maintenance: { type: 'boolean' } });

/** An answer that holds one thing under one key. */
const under = (key: string, schema: object) => ({
	type: 'object',
	required: [key],
	properties: { [key]: schema },
});

const parseState = parserOf(
	compile<{ readonly notification: RawState }>(
		'masakari-notification',
		under('notification', theirs<RawState>(state)),
	),
);
const parseRows = parserOf(
	compile<{ readonly notifications: readonly RawRow[] }>(
		'masakari-notifications',
		under('notifications', listOf(row)),
	),
);
const parseSegmentList = parserOf(
	compile<{ readonly segments: readonly RawSegment[] }>(
		'masakari-segments',
		under('segments', listOf(segment)),
	),
);
const parseHostList = parserOf(
	compile<{ readonly hosts: readonly RawHost[] }>('masakari-hosts', under('hosts', listOf(host))),
);

/** `{"notification": {…}}`, from a POST or from one row. */
export const parseNotification: Parse<NotificationState> = (value, key) => {
	const { notification_uuid, status } = parseState(value, key).notification;
	return { uuid: notification_uuid, status };
};

/** A page of `GET /v1/notifications`. */
export const parseNotifications: Parse<Page<NotificationRow>> = (value, key) =>
	pageOf(parseRows(value, key).notifications, (raw) => toRow(raw, key));

/** A page of `GET /v1/segments`. */
export const parseSegments: Parse<Page<Segment>> = (value, key) =>
	pageOf(parseSegmentList(value, key).segments, ({ enabled = true, ...rest }) => ({
		...{ uuid: rest.uuid, name: rest.name, enabled },
	}));

/** A page of `GET /v1/segments/{uuid}/hosts`. */
export const parseHosts: Parse<Page<ListedHost>> = (value, key) =>
	pageOf(parseHostList(value, key).hosts, (raw) => ({
		...{ uuid: raw.uuid, name: raw.name, on_maintenance: raw.on_maintenance },
	}));

function pageOf<R extends { readonly id: number }, T>(
	raw: readonly R[],
	to: (raw: R) => T,
): Page<T> {
	return { items: raw.map(to), marker: raw.at(-1)?.id ?? null };
}

function toRow(raw: RawRow, key: string): NotificationRow {
	const { event, host_status } = raw.payload ?? {};
	// Naive times are UTC.
	const text = raw.generated_time.replace(' ', 'T');
	const at = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
	if (Number.isNaN(at)) throw inputError(key, 'generated_time is no time that exists');
	return {
		uuid: raw.notification_uuid,
		source_host_uuid: raw.source_host_uuid,
		generated_time: `${new Date(at).toISOString().slice(0, 19)}Z`,
		event: isEvent(event) ? event : null,
		host_status: typeof host_status === 'string' ? host_status : null,
		status: raw.status,
	};
}

function isEvent(value: unknown): value is HostEvent {
	return value === 'STOPPED' || value === 'STARTED';
}
