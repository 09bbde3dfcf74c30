import { decideAnswer } from '../decide/answer.ts';
import type { NotificationStatus } from '../decide/incident.ts';
import type { MasakariFacts, NotificationRow, PostAnswer } from '../decide/masakari.ts';
import type { NotifyRight } from '../decide/masakari-right.ts';
import type { Notification } from '../decide/notification.ts';
import { ConfigError, messageOf } from '../errors.ts';
import type { MasakariAddress } from '../schema/config.ts';
import { parseNotification, parseNotifications } from '../schema/masakari.ts';
import { openConnection } from './http.ts';
import { readMasakariFacts } from './masakari-facts.ts';
import { type Authorize, faultOf, jsonOf, openGet, readAll } from './masakari-lists.ts';
import { writeNotification } from './masakari-post.ts';
import { readRight } from './masakari-right.ts';
import { shareSignal } from './shared-signal.ts';

/** A connection to Masakari, ready for one POST, or why there is none. */
export type Connected =
	| {
			readonly ok: true;
			/** Writes the notification at once; to be called once. Never throws for what Masakari does. */
			post(notification: Notification): Promise<PostAnswer>;
			/** Resets the connection if nothing was posted. */
			close(): void;
	  }
	| { readonly ok: false; readonly error: string };

/** Masakari's API as far as it concerns hosts; no call throws. */
export interface Masakari {
	/** Segments, hosts, COMPUTE_HOST notifications of the last hour or still `new`, and Masakari's clock. */
	readFacts(now: () => number): Promise<MasakariFacts>;
	/** COMPUTE_HOST rows of one host, generated at `since` or later, newest first. */
	lookUp(hostUuid: string | undefined, since: string): Promise<LookedUp>;
	readStatus(uuid: string): Promise<StatusRead>;
	/** Whether a notification would be taken; none is made. */
	mayNotify(now: () => number): Promise<NotifyRight>;
	/** Token, name, TCP and TLS, so that a POST is one write. */
	connect(): Promise<Connected>;
}

export type LookedUp =
	| { readonly ok: true; readonly rows: readonly NotificationRow[] }
	| { readonly ok: false; readonly error: string };

export type StatusRead =
	| { readonly ok: true; readonly status: NotificationStatus }
	/** `gone`: Masakari answers, and has no such notification. */
	| { readonly ok: false; readonly error: string; readonly gone?: true };

export interface MasakariOptions {
	readonly signal: AbortSignal;
	/** Needed where a token is; otherwise the configured endpoint is asked without one. */
	readonly auth?: Authorize | undefined;
	readonly getTimeoutMs?: number;
	readonly connectTimeoutMs?: number;
}

/** Talks to Masakari's API, over a connection of its own for every request. */
export function openMasakari(address: MasakariAddress, options: MasakariOptions): Masakari {
	const { signal, getTimeoutMs = 10_000, connectTimeoutMs = 3_000 } = options;
	const authorize = options.auth ?? withoutToken(address);
	const limits = { timeoutMs: getTimeoutMs, connectTimeoutMs };
	const get = openGet(authorize, { ...limits, signal, now: Date.now });
	let refused = false; // the last POST's token; the next one asks for a new one
	return {
		readFacts: async (now) => {
			const ended = new AbortController();
			const either = shareSignal(AbortSignal.any([signal, ended.signal]));
			try {
				return await readMasakariFacts(openGet(authorize, { ...limits, signal: either, now }), now);
			} finally {
				ended.abort(); // one request failed: the others need not go on
			}
		},
		lookUp: async (hostUuid, since) => {
			// Rows name no host but by uuid, and hosts that fail together share a generated_time.
			if (!hostUuid) return { ok: false, error: 'Masakari knows no such host' };
			const query = { source_host_uuid: hostUuid, type: 'COMPUTE_HOST', 'generated-since': since };
			try {
				const { items } = await readAll(get, '/notifications', query, parseNotifications);
				return { ok: true, rows: items };
			} catch (error) {
				return { ok: false, error: messageOf(error) };
			}
		},
		readStatus: async (uuid) => {
			const path = `/notifications/${encodeURIComponent(uuid)}`;
			try {
				const response = await get(path);
				// A 404 of Masakari's own is JSON; a proxy's, or of a wrong endpoint, is not.
				const gone = response.status === 404 && faultOf(response) !== undefined;
				if (gone) return { ok: false, error: 'Masakari has no such notification', gone };
				return { ok: true, status: parseNotification(jsonOf(response, path), path).status };
			} catch (error) {
				return { ok: false, error: messageOf(error) };
			}
		},
		mayNotify: (now) => readRight(authorize, { ...limits, signal, now }),
		connect: async () => {
			const renew = refused;
			refused = false;
			try {
				const authorization = await authorize(renew);
				const { endpoint, tls } = authorization;
				const connection = await openConnection(endpoint, {
					...{ tls, timeoutMs: connectTimeoutMs, signal },
				});
				let posted = false;
				return {
					ok: true,
					close: connection.close,
					post: async (notification) => {
						if (posted) throw new Error('a connection posts once');
						posted = true;
						const end = await writeNotification(connection, authorization, notification, signal);
						if (end.kind === 'answered' && end.status === 401) {
							refused = true;
							authorization.onRefused?.();
						}
						return decideAnswer(end);
					},
				};
			} catch (error) {
				return { ok: false, error: messageOf(error) };
			}
		},
	};
}

function withoutToken(address: MasakariAddress): Authorize {
	if (address.auth === 'none') {
		const { endpoint, tls } = address;
		return async () => ({ endpoint, headers: {}, tls });
	}
	throw new ConfigError(`cloud ${address.cloud ?? 'of OS_CLOUD'}: Masakari wants a token there`);
}
