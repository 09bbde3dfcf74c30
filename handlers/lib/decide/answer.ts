import type { NotificationStatus } from './incident.ts';
import type { PostAnswer } from './masakari.ts';
import { shorten } from './wording.ts';

/** What an HTTP answer says for itself, without its page. */
export interface Answered {
	readonly status: number;
	readonly statusText: string;
	/** Undefined where the body is no JSON. */
	readonly json: unknown;
}

/** How one POST of a notification ended. */
export type PostEnd =
	| {
			readonly kind: 'failed';
			/** `connect`: not a byte was handed to a socket. */
			readonly phase: 'connect' | 'written';
			readonly error: string;
	  }
	| (Answered & {
			readonly kind: 'answered';
			/** The notification in the body, if it holds a valid one. */
			readonly notification: { readonly uuid: string; readonly status: NotificationStatus } | null;
			readonly retryAfter?: string | undefined;
			readonly requestId?: string | undefined;
			/** Wall time of the answer, ms since the epoch. */
			readonly now: number;
	  });

/**
 * Answers that come before a row is made. Not here, and so ambiguous: 500 (the row may be there), and
 * 502 and 504, which a proxy also gives after Masakari got the request. A 503 is Masakari without its
 * Keystone, or a proxy without a backend to connect to.
 */
const refusals: Readonly<
	Record<number, { readonly scope: 'everywhere' | 'controller'; readonly rarely: boolean }>
> = {
	400: { scope: 'everywhere', rarely: true },
	401: { scope: 'controller', rarely: false }, // a new token may heal it
	403: { scope: 'controller', rarely: true },
	404: { scope: 'controller', rarely: true },
	406: { scope: 'controller', rarely: true },
	413: { scope: 'everywhere', rarely: true },
	429: { scope: 'everywhere', rarely: false },
	503: { scope: 'everywhere', rarely: false },
};

/** A proxy's word on the server behind it: another controller may meet another proxy, or another server. */
const onTheWay = [502, 504];

const longestRetryAfterMs = 600_000;
const longestError = 300;

/** What the end of a POST proves; whatever proves nothing is ambiguous. */
export function decideAnswer(end: PostEnd): PostAnswer {
	if (end.kind === 'failed') {
		const error = shorten(end.error, longestError);
		return end.phase === 'connect'
			? { kind: 'unsent', error }
			: { kind: 'ambiguous', error, scope: 'controller' };
	}
	const { status, notification } = end;
	if (status === 202 && notification !== null) return { kind: 'accepted', ...notification };
	const error = withRequestId(answerText(end), end.requestId);
	if (status === 202) return { kind: 'ambiguous', error: `no valid notification in: ${error}` };
	if (status === 409) {
		const because = conflictOf(faultText(end.json) ?? '');
		return because === null ? { kind: 'ambiguous', error } : { kind: 'conflict', because, error };
	}
	const refusal = refusals[status];
	if (refusal === undefined) {
		return { kind: 'ambiguous', error, ...(onTheWay.includes(status) && { scope: 'controller' }) };
	}
	const retryAfterMs = retryAfter(end.retryAfter, end.now);
	return {
		kind: 'refused',
		error,
		...refusal,
		...(retryAfterMs === undefined ? {} : { retryAfterMs }),
	};
}

/** An answer in one short line: status, and what its JSON or its status line says. */
export function answerText({ status, statusText, json }: Answered): string {
	return shorten(`${status} ${faultText(json) ?? statusText}`, 200);
}

/** OpenStack wraps a fault's text: `{"badRequest": {"code": 400, "message": "…"}}`. */
function faultText(json: unknown): string | undefined {
	if (typeof json !== 'object' || json === null) return undefined;
	const parts: unknown[] = Object.values(json);
	for (const part of parts) {
		if (typeof part !== 'object' || part === null || !('message' in part)) continue;
		if (typeof part.message === 'string') return part.message;
	}
	return undefined;
}

/** Both conflicts end in fixed words, whatever the host before them is called. */
function conflictOf(text: string): 'duplicate' | 'maintenance' | null {
	if (/ is duplicate\.?\s*$/.test(text)) return 'duplicate';
	return / already under maintenance\.?\s*$/.test(text) ? 'maintenance' : null;
}

/** Seconds or an HTTP date. */
function retryAfter(value: string | undefined, now: number): number | undefined {
	if (value === undefined) return undefined;
	const isDate = /^[A-Za-z]{3,9},? /.test(value);
	const ms = /^\d+$/.test(value) ? Number(value) * 1000 : isDate ? Date.parse(value) - now : NaN;
	return Number.isNaN(ms) ? undefined : Math.min(longestRetryAfterMs, Math.max(0, ms));
}

function withRequestId(text: string, requestId: string | undefined): string {
	return requestId !== undefined && /^req-[\da-f-]{36}$/.test(requestId)
		? `${text} (${requestId})`
		: text;
}
