import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** A request that came by, and how Consul answered it. */
export interface Passed {
	/** Method and target. */
	readonly asked: string;
	readonly answer: string;
}

/** An agent's HTTP API by another way, on which requests can be made to meet. */
export interface GateProxy {
	readonly http: string;
	/** Everything that was answered since the start, in the order of the answers. */
	readonly passed: readonly Passed[];
	/** The next `count` requests that match wait for each other, and then until `meanwhile` is done. */
	gather(pattern: RegExp, count: number, meanwhile?: () => Promise<void>): void;
	/** From now on answers to what matches are written by `write`; `null` ends that. */
	spoil(pattern: RegExp, write: Spoil | null): void;
	close(): Promise<void>;
}

/** Writes an answer in place of Consul's. */
export type Spoil = (to: ServerResponse, text: string) => void;

interface Gathering {
	readonly pattern: RegExp;
	missing: number;
	readonly open: () => void;
	readonly opened: Promise<void>;
}

/** Passes everything on as it came, and the answers back unless they are to be spoilt: it only chooses the moment. */
export async function startGateProxy(agentHttp: string): Promise<GateProxy> {
	const passed: Passed[] = [];
	let gathering: Gathering | undefined;
	let spoiling: { readonly pattern: RegExp; readonly write: Spoil } | null = null;
	const wait = async (asked: string) => {
		const joined = gathering;
		if (!joined?.pattern.test(asked) || joined.missing === 0) return;
		joined.missing -= 1;
		if (joined.missing === 0) joined.open();
		await joined.opened;
	};
	const answerTo = async (incoming: IncomingMessage) => {
		const { method = '', headers, url = '' } = incoming;
		const asked = `${method} ${url}`;
		const body = await textOf(incoming);
		await wait(asked);
		const onward = request(`${agentHttp}${url}`, { method, headers }).end(body);
		const [answer] = (await once(onward, 'response')) as [IncomingMessage];
		const text = await textOf(answer);
		passed.push({ asked, answer: text });
		const write = spoiling?.pattern.test(asked) ? spoiling.write : null;
		return { answer, text, write };
	};
	const server = createServer((incoming, outgoing) => {
		answerTo(incoming).then(
			({ answer, text, write }) =>
				write
					? write(outgoing, text)
					: outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(text),
			() => outgoing.destroy(),
		);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	const port = typeof address === 'object' ? address?.port : undefined;
	return {
		http: `http://127.0.0.1:${port}`,
		passed,
		gather: (pattern, missing, meanwhile = async () => {}) => {
			let open = () => {};
			const gathered = new Promise<void>((resolve) => {
				open = resolve;
			});
			const opened = gathered.then(meanwhile);
			opened.catch(() => {}); // those that wait get it
			gathering = { pattern, missing, open, opened };
		},
		spoil: (pattern, write) => {
			spoiling = write && { pattern, write };
		},
		close: async () => {
			const closed = once(server, 'close');
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
}

async function textOf(message: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of message) chunks.push(chunk);
	return Buffer.concat(chunks).toString('utf8');
}
