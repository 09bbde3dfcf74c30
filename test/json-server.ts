import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { TestContext } from 'node:test';

/** One answer; `raw` goes out as it is, `hang` never comes. */
export interface Answer {
	readonly status?: number;
	readonly json?: unknown;
	readonly raw?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly hang?: true;
}

/** A request as it came in, and the most that were ever in flight. */
export interface JsonServer {
	readonly endpoint: string;
	readonly asked: { readonly url: URL; readonly headers: IncomingHttpHeaders }[];
	readonly mostAtOnce: () => number;
	/** Resolves when a request that hangs was cut off by the client. */
	readonly cutOff: Promise<void>;
}

/** A loopback server whose answers depend on the URL alone, until the test ends. */
export async function serveJson(t: TestContext, answer: (url: URL) => Answer): Promise<JsonServer> {
	const asked: JsonServer['asked'] = [];
	let [atOnce, most] = [0, 0];
	let cut = () => {};
	const cutOff = new Promise<void>((resolve) => {
		cut = resolve;
	});
	const server = createServer((request, response) => {
		const url = new URL(request.url ?? '', 'http://test');
		asked.push({ url, headers: request.headers });
		most = Math.max(most, ++atOnce);
		const { status = 200, json, raw, headers, hang } = answer(url);
		if (hang) return void request.once('close', cut);
		const type = raw === undefined ? 'application/json; charset=UTF-8' : 'text/html';
		response.writeHead(status, { 'Content-Type': type, ...headers });
		// After all requests of one batch are in.
		setImmediate(() => {
			atOnce--;
			response.end(raw ?? JSON.stringify(json));
		});
	});
	const endpoint = `${await listenUntilEnd(t, server)}/v1`;
	return { endpoint, asked, mostAtOnce: () => most, cutOff };
}

/** Listens on any free port of loopback until the test ends, and gives the address. */
export async function listenUntilEnd(t: TestContext, server: Server): Promise<string> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? address.port : 0;
	return `http://127.0.0.1:${port}`;
}
