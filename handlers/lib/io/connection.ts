import { readFile } from 'node:fs/promises';
import { isIP, Socket } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { faultOf, HttpError, type HttpFault } from './http-error.ts';

/** Paths of PEM files, read whenever a connection is opened; `insecure` checks no certificate. */
export interface TlsFiles {
	readonly caFile?: string | undefined;
	readonly certFile?: string | undefined;
	readonly keyFile?: string | undefined;
	readonly insecure?: true | undefined;
}

/** How long connecting may take (name, TCP and TLS together) and what may end it early. */
export interface ConnectOptions {
	readonly tls?: TlsFiles | undefined;
	readonly timeoutMs: number;
	readonly signal: AbortSignal;
}

/** A connected socket that can be cut off so that the kernel delivers nothing afterwards. */
export interface Link {
	/** What HTTP is spoken over: the TLS socket, or the plain one. */
	readonly socket: Socket;
	/** RST: whatever the kernel still held is thrown away at once. */
	reset(): void;
	/** From now on it may close in the ordinary way: the answer is complete. */
	finish(): void;
}

/**
 * Closes with RST, whoever closes it (we, Node's HTTP parser, TLS), until `finish` was called: after
 * a FIN the kernel would go on delivering what was written. TLSSocket.resetAndDestroy() throws, so
 * TLS is put on top of one of these. Only TLS may then be destroyed, which destroys this in turn, at
 * once: destroyed from outside in a callback of TLS, it crashed Node 20.20 (SIGSEGV).
 */
class CutSocket extends Socket {
	#finished = false;
	#resetting = false;

	finish(): void {
		this.#finished = true;
	}

	override destroy(error?: Error): this {
		// While TCP connects there is nothing to reset, and Node would wait for the connection; an
		// error comes from the kernel, which has given the connection up.
		const plain = this.#finished || this.#resetting || this.connecting || error !== undefined;
		if (plain) return super.destroy(error);
		this.#resetting = true; // resetAndDestroy comes back here
		return this.resetAndDestroy();
	}

	override _final(callback: () => void): void {
		this.sayGoodbye(callback, (done) => super._final(done));
	}

	/** No FIN before `finish`: libuv refuses to reset during a shutdown, and leaks the socket. */
	sayGoodbye(callback: () => void, goodbye: (done: () => void) => void): void {
		if (this.#finished) goodbye(callback);
		else callback();
	}
}

/** Connects and, for https, finishes the handshake; whatever fails on the way leaves no socket. */
export async function openLink(url: URL, options: ConnectOptions): Promise<Link> {
	const { timeoutMs, signal } = options;
	const secure = url.protocol === 'https:' ? await tlsOptions(url, options.tls) : undefined;
	if (secure === undefined && url.protocol !== 'http:') {
		throw unsent(url, { kind: 'protocol', detail: 'neither an http nor an https URL' });
	}
	return await new Promise<Link>((resolve, reject) => {
		const raw = new CutSocket();
		let socket: Socket = raw;
		const reset = () => void socket.destroy();
		const settled = () => {
			clearTimeout(timer);
			signal.removeEventListener('abort', onAbort);
		};
		const fail = (fault: Omit<HttpFault, 'phase'>) => {
			settled();
			reset();
			reject(unsent(url, fault));
		};
		const onAbort = () => fail({ kind: 'aborted', detail: 'aborted while connecting' });
		const onError = (error: unknown) => fail(faultOf(error));
		const onClose = () => fail({ kind: 'reset', detail: 'connection closed by the other side' });
		const timer = setTimeout(() => {
			fail({ kind: 'timeout', detail: `no connection within ${timeoutMs} ms` });
		}, timeoutMs);
		const done = () => {
			settled();
			socket.removeListener('close', onClose);
			resolve({ socket, reset, finish: () => raw.finish() });
		};
		signal.addEventListener('abort', onAbort, { once: true });
		// The error listeners stay: an error after the end must not become an uncaught one.
		raw.on('error', onError);
		raw.once('connect', () => {
			if (secure === undefined) return done();
			try {
				socket = connect({ ...secure, socket: raw }, done);
			} catch (error) {
				return onError(error); // a file that holds no certificate or key
			}
			const goodbye = socket._final.bind(socket);
			socket._final = (callback) => raw.sayGoodbye(callback, goodbye);
			socket.on('error', onError);
			socket.once('close', onClose);
		});
		if (signal.aborted) onAbort();
		else raw.connect({ host: hostOf(url), port: portOf(url), noDelay: true });
	});
}

function unsent(url: URL, fault: Omit<HttpFault, 'phase'>): HttpError {
	return new HttpError(url.host, { phase: 'connect', ...fault });
}

async function tlsOptions(url: URL, files: TlsFiles = {}): Promise<ConnectionOptions> {
	const read = async (name: string, path: string | undefined) => {
		if (path === undefined) return {};
		try {
			return { [name]: await readFile(path) };
		} catch (error) {
			const detail = `cannot read ${path}: ${faultOf(error).detail}`;
			throw unsent(url, { kind: 'tls', detail });
		}
	};
	const host = hostOf(url);
	return {
		...(await read('ca', files.caFile)),
		...(await read('cert', files.certFile)),
		...(await read('key', files.keyFile)),
		...(isIP(host) === 0 ? { servername: host } : {}),
		host,
		rejectUnauthorized: files.insecure !== true,
		ALPNProtocols: ['http/1.1'],
	};
}

function hostOf(url: URL): string {
	return url.hostname.replace(/^\[|\]$/g, '');
}

function portOf(url: URL): number {
	if (url.port !== '') return Number(url.port);
	return url.protocol === 'https:' ? 443 : 80;
}
