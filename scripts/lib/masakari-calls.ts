/** Requests as they were seen, and a way to wait for them that does not sleep. */

import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';

/** One request, recorded on arrival and completed as it goes through. */
export interface Call {
	readonly method: string;
	/** Path and query as they came. */
	readonly target: string;
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, string>>;
	/** When its headers came, by the server's clock. */
	readonly at: number;
	/** Null until it has been read; JSON where it is JSON, the text where it is not. */
	body: unknown;
	/** Null until it is answered, and if it never was. */
	status: number | null;
	/** The connection ended, by either side, before the whole answer was written. */
	gone: boolean;
}

/** Whether a request only asks whether its sender may notify; known before its body is read. */
export const isProbe = ({ headers }: Call): boolean =>
	headers['user-agent'] === 'hostmonitor-check';

const KEPT = [
	'accept',
	'connection',
	'content-length',
	'content-type',
	'openstack-api-version',
	'transfer-encoding',
	'user-agent',
	'x-auth-token',
];

/** Begins the record of a request. */
export function recordCall(request: IncomingMessage, at: number): Call {
	const { method = '', url = '', headers } = request;
	const kept = KEPT.flatMap((name) => {
		const value = headers[name];
		return typeof value === 'string' ? [[name, value] as const] : [];
	});
	const known = Object.fromEntries(kept);
	return { method, target: url, headers: known, at, body: null, status: null, gone: false };
}

/** The text of a request's body, or null if the client went away before its end. */
export async function readBody(request: IncomingMessage): Promise<string | null> {
	const chunks: Buffer[] = [];
	try {
		for await (const chunk of request) chunks.push(chunk);
	} catch {
		return null;
	}
	return Buffer.concat(chunks).toString('utf8');
}

/** A body as the record shows it. */
export function shownBody(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/** What the probe finds, as soon as it finds anything true; asked again after every event. */
export function waitFor<Found>(
	events: EventEmitter,
	probe: () => Found | false | null | undefined,
	timeoutMs: number,
): Promise<Found> {
	const names = ['notification', 'host', 'call', 'fault', 'answer', 'gone'] as const;
	return new Promise((resolve, reject) => {
		const stop = (): void => {
			clearTimeout(timer);
			for (const name of names) events.off(name, ask);
		};
		const ask = (): void => {
			const found = probe();
			if (found === false || found === null || found === undefined) return;
			stop();
			resolve(found);
		};
		const timer = setTimeout(() => {
			stop();
			reject(new Error(`nothing came in ${timeoutMs} ms: ${probe}`));
		}, timeoutMs);
		for (const name of names) events.on(name, ask);
		ask();
	});
}
