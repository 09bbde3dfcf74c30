import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { TLSSocket, type TLSSocketOptions } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { HttpError } from '../handlers/lib/io/http.ts';

/** The server's end of one connection. */
export interface Peer {
	readonly socket: Socket;
	/** What arrived, as it arrived; under TLS one chunk is one record. */
	readonly chunks: Buffer[];
	/** Once the first bytes of a request are read, after TLS, and all replies to them are out. */
	readonly spoken: Promise<void>;
	/** How the client ended it: `RST`, `FIN`, or the code of another error. */
	readonly ended: Promise<string>;
}

/** A loopback server that says only what the test tells it to. */
export interface Loopback {
	readonly host: string;
	readonly url: string;
	/** The next connection that comes in. */
	peer(): Promise<Peer>;
	readonly peers: readonly Peer[];
}

/** Path of a file in test/fixtures/tls. */
export function tlsFile(name: string): string {
	return fileURLToPath(new URL(`./fixtures/tls/${name}`, import.meta.url));
}

/** Listens until the test ends; every accepted connection is handed to `serve` as well. */
export async function listen(
	t: TestContext,
	scheme: 'http' | 'https',
	serve: (peer: Peer) => void = () => {},
	tls: TLSSocketOptions = {},
): Promise<Loopback> {
	const peers: Peer[] = [];
	const waiting: ((peer: Peer) => void)[] = [];
	const server = createServer((raw) => {
		const socket = scheme === 'http' ? raw : new TLSSocket(raw, { ...serverTls(), ...tls });
		if (socket !== raw) raw.on('error', () => {});
		const peer = watch(socket);
		peers.push(peer);
		waiting.shift()?.(peer);
		serve(peer);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	t.after(() => {
		for (const { socket } of peers) socket.destroy();
		server.close();
	});
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? address.port : 0;
	const host = `127.0.0.1:${port}`;
	const peer = () => new Promise<Peer>((resolve) => waiting.push(resolve));
	return { host, url: `${scheme}://${host}`, peer, peers };
}

function watch(socket: Socket): Peer {
	const chunks: Buffer[] = [];
	const spoken = new Promise<void>((resolve) => {
		socket.on('data', (chunk) => {
			chunks.push(chunk);
			// TLS still writes its tickets; they would meet the reset before a read does.
			setImmediate(resolve);
		});
	});
	const ended = new Promise<string>((resolve) => {
		socket.on('error', (error) => {
			const code = 'code' in error ? String(error.code) : error.message;
			resolve(code === 'ECONNRESET' ? 'RST' : code);
		});
		socket.on('end', () => resolve('FIN'));
		socket.on('close', () => resolve('closed'));
	});
	return { socket, chunks, spoken, ended };
}

function serverTls(): TLSSocketOptions {
	const [cert, key] = [readFileSync(tlsFile('server.pem')), readFileSync(tlsFile('server.key'))];
	return { isServer: true, cert, key };
}

/** The HttpError that a request ends with. */
export async function failureOf(promise: Promise<unknown>): Promise<HttpError> {
	try {
		await promise;
	} catch (error) {
		if (error instanceof HttpError) return error;
		throw error;
	}
	throw new Error('the request succeeded');
}

/** The two facts that callers decide by. */
export function factsOf({ phase, kind }: HttpError) {
	return { phase, kind };
}
