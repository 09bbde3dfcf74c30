import { type IncomingMessage, request as startRequest } from 'node:http';
import { messageOf } from '../errors.ts';
import type { Link } from './connection.ts';
import { faultOf, HttpError, type HttpFault, type HttpPhase } from './http-error.ts';
import { parseBody } from './json-body.ts';

/** One request over an open connection; `path` includes the query. */
export interface HttpRequest {
	readonly method: string;
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | undefined;
	/** From the write to the last byte of the answer. */
	readonly timeoutMs: number;
	readonly signal: AbortSignal;
	/** Largest body accepted, 16 MiB by default. */
	readonly maxBytes?: number | undefined;
	/** Wall clock; with it, the answer says when its headers arrived. */
	readonly now?: (() => number) | undefined;
}

/** A complete answer, whatever its status. */
export interface HttpResponse {
	readonly status: number;
	/** The server's own words for the status. */
	readonly statusText: string;
	/** By lower-cased name. */
	readonly headers: Readonly<Record<string, string>>;
	readonly receivedAt?: number;
	text(): string;
	/** Throws an `HttpError` where the content type is not JSON, or the text is not. */
	json(): unknown;
}

/** Writes the request at once and reads one answer; every failure resets the connection. */
export function exchange(link: Link, url: URL, request: HttpRequest): Promise<HttpResponse> {
	const target = targetOf(url, request);
	const { timeoutMs, signal, maxBytes = 16 * 1024 * 1024 } = request;
	return new Promise((resolve, reject) => {
		let phase: HttpPhase = 'connect';
		let open = true;
		const settled = () => {
			open = false;
			clearTimeout(timer);
			signal.removeEventListener('abort', onAbort);
		};
		const fail = (fault: Omit<HttpFault, 'phase'>) => {
			if (!open) return;
			settled();
			link.reset();
			reject(new HttpError(target, { phase, ...fault }));
		};
		const onAbort = () => fail({ kind: 'aborted', detail: 'aborted' });
		const onError = (error: unknown) => fail(faultOf(error));
		const onClose = () => fail({ kind: 'reset', detail: 'connection closed by the other side' });
		const timer = setTimeout(() => {
			fail({ kind: 'timeout', detail: `no complete answer within ${timeoutMs} ms` });
		}, timeoutMs);
		signal.addEventListener('abort', onAbort, { once: true });
		if (signal.aborted) return onAbort();
		// An answer that came before the request (a proxy's 408) would be taken for the request's.
		if (!link.socket.writable || link.socket.readableLength > 0) return onClose();

		const onResponse = (incoming: IncomingMessage) => {
			const receivedAt = request.now?.();
			const chunks: Buffer[] = [];
			let size = 0;
			incoming.on('error', onError);
			incoming.on('data', (chunk: Buffer) => {
				size += chunk.length;
				chunks.push(chunk);
				if (size > maxBytes) {
					fail({ kind: 'too-large', detail: `the answer is over ${maxBytes} bytes` });
				}
			});
			incoming.once('end', () => {
				if (!open || !incoming.complete) return onClose();
				settled();
				// Answered before all was written: the rest must not follow.
				if (link.socket.writableLength > 0) link.reset();
				else link.finish();
				resolve(toResponse(target, incoming, Buffer.concat(chunks), receivedAt));
			});
		};
		try {
			// A body goes into the same write as the headers: Node joins them when `end` gets a string.
			const outgoing = startRequest({
				createConnection: () => link.socket,
				method: request.method,
				path: request.path,
				headers: headersOf(url, request),
				setHost: false,
			});
			outgoing.on('error', onError);
			outgoing.once('response', onResponse);
			outgoing.once('close', onClose); // also an upgrade nobody asked for; after the end it is void
			phase = 'written';
			outgoing.end(request.body);
		} catch (error) {
			// A header or path with forbidden characters: thrown before anything is written.
			phase = 'connect';
			onError(error);
		}
	});
}

function toResponse(
	target: string,
	incoming: IncomingMessage,
	body: Buffer,
	receivedAt: number | undefined,
): HttpResponse {
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(incoming.headers)) {
		if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
	}
	const text = () => body.toString('utf8');
	return {
		status: incoming.statusCode ?? 0,
		statusText: incoming.statusMessage ?? '',
		headers,
		...(receivedAt === undefined ? {} : { receivedAt }),
		text,
		json: () => {
			try {
				return parseBody(text(), headers['content-type']);
			} catch (error) {
				const detail = messageOf(error);
				throw new HttpError(target, { phase: 'written', kind: 'protocol', detail });
			}
		},
	};
}

/** How errors name a request: no query, for it may hold a token. */
export function targetOf(url: URL, { method, path }: Pick<HttpRequest, 'method' | 'path'>): string {
	return `${method} ${url.host}${path.split('?')[0]}`;
}

function headersOf(url: URL, { body, headers }: HttpRequest): Record<string, string> {
	return {
		...headers,
		Host: url.host,
		Connection: 'close',
		...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
	};
}
