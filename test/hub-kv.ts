/** A key with what it holds. */
export interface Found {
	readonly key: string;
	readonly text: string;
	/** `ModifyIndex`: another one means that somebody wrote. */
	readonly index: number;
}

/** The hub's KV as an operator with `curl` has it: no schema, no `cas`. Keys are below the prefix. */
export interface HubKv {
	put(key: string, value: string): Promise<void>;
	get(key: string): Promise<Found | undefined>;
	all(): Promise<Found[]>;
	remove(key: string): Promise<void>;
	clear(): Promise<void>;
}

/** Opens the KV of the agent at this address; `tokenOf` is asked before every request. */
export function openHubKv(http: string, tokenOf: () => string = () => ''): HubKv {
	const send = async (method: string, path: string, body?: string) => {
		const headers = { 'x-consul-token': tokenOf() };
		const init = { method, headers, ...(body !== undefined && { body }) };
		const response = await fetch(`${http}/v1/kv/hostmonitor/${path}`, init);
		const text = await response.text();
		if (response.ok || response.status === 404) return { ok: response.ok, text };
		throw new Error(`${method} ${path}: ${response.status} ${text}`);
	};
	const list = async (path: string): Promise<Found[]> => {
		const { ok, text } = await send('GET', path);
		if (!ok) return [];
		return (JSON.parse(text) as Row[]).map(({ Key, Value, ModifyIndex }) => ({
			key: Key.slice('hostmonitor/'.length),
			text: Buffer.from(Value ?? '', 'base64').toString(),
			index: ModifyIndex,
		}));
	};
	return {
		put: async (key, value) => void (await send('PUT', key, value)),
		get: async (key) => (await list(`${key}?consistent`))[0],
		all: () => list('?recurse&consistent'),
		remove: async (key) => void (await send('DELETE', key)),
		clear: async () => void (await send('DELETE', '?recurse')),
	};
}

interface Row {
	readonly Key: string;
	readonly Value: string | null;
	readonly ModifyIndex: number;
}
