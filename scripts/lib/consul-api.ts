import { eventually, type Patience } from './eventually.ts';

/** A node and what its cluster says of it. */
export interface NodeCheck {
	readonly Node: string;
	readonly CheckID: string;
	readonly Status: string;
	readonly Output: string;
}

/** One GET of an agent's HTTP API, parsed; it never waits longer than `timeoutMs`. */
export async function consulGet(http: string, path: string, timeoutMs = 5_000): Promise<unknown> {
	const { body } = await get(http, path, timeoutMs);
	return body;
}

/** Asks with blocking queries until `done` says so of the answer, then gives the answer. */
export async function consulUntil(
	http: string,
	path: string,
	done: (body: unknown) => boolean,
	{ timeoutMs = 30_000, what = path }: Patience = {},
): Promise<unknown> {
	const deadline = performance.now() + timeoutMs;
	let index = '0';
	const ask = async () => {
		const left = Math.ceil(Math.max(1_000, deadline - performance.now()));
		const separator = path.includes('?') ? '&' : '?';
		const wait = `${separator}index=${index}&wait=${Math.ceil(left / 1_000)}s`;
		const answer = await get(http, path + wait, left + 1_000);
		// An index that goes backwards means the cluster began anew: so does the query.
		index = Number(answer.index) < Number(index) ? '0' : answer.index;
		return done(answer.body) ? { body: answer.body } : undefined;
	};
	return (await eventually(ask, { timeoutMs, everyMs: 20, what: `${what} at ${http}` })).body;
}

/** The node names whose serfHealth this cluster calls passing or critical. */
export async function serfHealth(
	http: string,
	done: (byNode: ReadonlyMap<string, string>) => boolean,
	patience: Patience = {},
): Promise<ReadonlyMap<string, string>> {
	const byNode = (body: unknown) =>
		new Map(
			(body as NodeCheck[])
				.filter(({ CheckID }) => CheckID === 'serfHealth')
				.map(({ Node, Status }) => [Node, Status]),
		);
	const path = '/v1/health/state/any?consistent';
	return byNode(await consulUntil(http, path, (body) => done(byNode(body)), patience));
}

async function get(http: string, path: string, timeoutMs: number) {
	const response = await fetch(http + path, { signal: AbortSignal.timeout(timeoutMs) });
	const text = await response.text();
	if (!response.ok) throw new Error(`${path}: ${response.status} ${text.trim()}`);
	const body: unknown = JSON.parse(text);
	return { body, index: response.headers.get('x-consul-index') ?? '0' };
}
