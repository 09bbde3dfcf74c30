import { type ConnectOptions, openLink, type TlsFiles } from './connection.ts';
import { exchange, type HttpRequest, type HttpResponse, targetOf } from './exchange.ts';
import { HttpError } from './http-error.ts';

export { type ConnectOptions, HttpError, type HttpRequest, type HttpResponse, type TlsFiles };

/** An open connection on which nothing has been written yet; it carries one request. */
export interface Connection {
	request(request: HttpRequest): Promise<HttpResponse>;
	/** Resets it if it was not used. */
	close(): void;
}

/** Resolves the name, connects and finishes TLS, and writes nothing. */
export async function openConnection(
	address: string | URL,
	options: ConnectOptions,
): Promise<Connection> {
	const url = parseUrl(address);
	const link = await openLink(url, options);
	const { signal } = options;
	let used = false;
	const take = () => {
		const first = !used;
		used = true;
		signal.removeEventListener('abort', close);
		return first;
	};
	const close = () => {
		if (take()) link.reset();
	};
	signal.addEventListener('abort', close, { once: true });
	return {
		close,
		request: async (request) => {
			if (take()) return await exchange(link, url, request);
			const detail = 'the connection was already used or closed';
			throw new HttpError(targetOf(url, request), { phase: 'connect', kind: 'aborted', detail });
		},
	};
}

/** One request over a connection of its own; connecting has its own timeout, 3 s by default. */
export async function request(
	options: Omit<HttpRequest, 'path'> & {
		readonly url: string | URL;
		readonly tls?: TlsFiles | undefined;
		readonly connectTimeoutMs?: number | undefined;
	},
): Promise<HttpResponse> {
	const { url: address, tls, connectTimeoutMs: timeoutMs = 3_000, ...rest } = options;
	const url = parseUrl(address);
	const whole = { ...rest, path: `${url.pathname}${url.search}` };
	let connection: Connection;
	try {
		connection = await openConnection(url, { tls, timeoutMs, signal: options.signal });
	} catch (error) {
		if (error instanceof HttpError) throw new HttpError(targetOf(url, whole), error);
		throw error;
	}
	return await connection.request(whole);
}

function parseUrl(address: string | URL): URL {
	const url = URL.canParse(String(address)) ? new URL(address) : undefined;
	if (url !== undefined) return url;
	// Not repeated: an address may hold a password.
	throw new HttpError('request', { phase: 'connect', kind: 'protocol', detail: 'not a URL' });
}
