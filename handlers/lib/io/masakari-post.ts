import type { PostEnd } from '../decide/answer.ts';
import type { Notification } from '../decide/notification.ts';
import { messageOf } from '../errors.ts';
import { type NotificationState, parseNotification } from '../schema/masakari.ts';
import { type Connection, HttpError, type HttpResponse } from './http.ts';
import { type Authorization, apiVersion, faultOf } from './masakari-lists.ts';

/** A POST that hangs (its broker away) has made its row; the answer is not worth waiting for. */
const timeoutMs = 15_000;

/** Writes one notification at once, and says how that ended; never throws. */
export async function writeNotification(
	connection: Connection,
	{ endpoint, headers }: Authorization,
	notification: Notification,
	signal: AbortSignal,
): Promise<PostEnd> {
	const type = { Accept: 'application/json', 'Content-Type': 'application/json' };
	try {
		const response = await connection.request({
			method: 'POST',
			path: `${new URL(endpoint).pathname.replace(/\/+$/, '')}/notifications`,
			headers: { ...type, ...apiVersion, ...headers },
			body: JSON.stringify(notification),
			...{ timeoutMs, signal, now: Date.now },
		});
		return toEnd(response);
	} catch (error) {
		// Only an HttpError proves that nothing was written.
		const phase = error instanceof HttpError ? error.phase : 'written';
		return { kind: 'failed', phase, error: messageOf(error) };
	}
}

function toEnd(response: HttpResponse): PostEnd {
	const { status, statusText, headers, receivedAt = Date.now() } = response;
	const json = faultOf(response);
	let notification: NotificationState | null = null;
	try {
		if (status === 202) notification = parseNotification(json, 'POST /notifications');
	} catch {
		// rubbish: `decideAnswer` says what follows
	}
	return {
		...{ kind: 'answered', status, statusText, json, notification, now: receivedAt },
		...{ retryAfter: headers['retry-after'], requestId: headers['x-openstack-request-id'] },
	};
}
