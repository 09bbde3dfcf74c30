/** Where a request stood when it failed: `connect` means not a byte of it was handed to a socket. */
export type HttpPhase = 'connect' | 'written';

/** Why a request failed, in the few kinds that callers tell apart. */
export type HttpFailure =
	| 'dns'
	| 'refused'
	| 'unreachable'
	| 'timeout'
	| 'reset'
	| 'tls'
	| 'aborted'
	| 'too-large'
	| 'protocol';

/** What `HttpError` is made of. */
export interface HttpFault {
	readonly phase: HttpPhase;
	readonly kind: HttpFailure;
	readonly detail: string;
}

/**
 * A request that got no usable answer; the message names method, address and path, never a query,
 * a header or a body. It carries no `cause`: Node's parser errors hold the bytes received, and
 * Keystone's hold a token.
 */
export class HttpError extends Error {
	readonly phase: HttpPhase;
	readonly kind: HttpFailure;
	readonly detail: string;

	constructor(target: string, { phase, kind, detail }: HttpFault) {
		super(`${target}: ${detail}`);
		this.name = 'HttpError';
		this.phase = phase;
		this.kind = kind;
		this.detail = detail;
	}
}

const kinds: Readonly<Record<string, readonly [HttpFailure, string]>> = {
	ENOTFOUND: ['dns', 'no such host name'],
	EAI_AGAIN: ['dns', 'the name server does not answer'],
	EAI_FAIL: ['dns', 'the name server failed'],
	ECONNREFUSED: ['refused', 'connection refused'],
	ECONNRESET: ['reset', 'connection closed by the other side'],
	ECONNABORTED: ['reset', 'connection closed'],
	EPIPE: ['reset', 'connection closed by the other side'],
	EHOSTUNREACH: ['unreachable', 'no route to the host'],
	ENETUNREACH: ['unreachable', 'no route to the network'],
	EHOSTDOWN: ['unreachable', 'the host is down'],
	ENETDOWN: ['unreachable', 'the network is down'],
	EADDRNOTAVAIL: ['unreachable', 'no local address or port to connect from'],
	ETIMEDOUT: ['timeout', 'the other side does not answer'],
	HPE_HEADER_OVERFLOW: ['too-large', 'the headers of the answer are too large'],
};

/** What an error of Node's sockets, TLS or parser says, without anything the request held. */
export function faultOf(error: unknown): Omit<HttpFault, 'phase'> {
	const code = codeOf(error);
	const known = kinds[code];
	if (known !== undefined) return { kind: known[0], detail: known[1] };
	if (code.startsWith('HPE_')) return { kind: 'protocol', detail: `not HTTP: ${code}` };
	if (/^(ERR_(SSL|TLS|OSSL)|CERT_|UNABLE_|DEPTH_|SELF_SIGNED|CRL_|HOSTNAME_|INVALID_)/.test(code)) {
		return { kind: 'tls', detail: `TLS: ${tlsText(error, code)}` };
	}
	return { kind: 'protocol', detail: code === '' ? 'unexpected error' : code };
}

/** OpenSSL's reason stands after the library and the function, among numbers and file names. */
function tlsText(error: unknown, code: string): string {
	const text = error instanceof Error ? error.message : '';
	const reason = /routines:[^:]*:([^:]+)/.exec(text)?.[1] ?? text.split('\n')[0] ?? '';
	return reason === '' ? code : `${reason.slice(0, 160)} (${code})`;
}

function codeOf(error: unknown): string {
	if (typeof error !== 'object' || error === null || !('code' in error)) return '';
	return typeof error.code === 'string' ? error.code : '';
}
