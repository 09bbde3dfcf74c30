import { SizeError } from '../errors.ts';
import { type KvEntry, parseKv } from '../schema/kv.ts';
import { parseSession } from '../schema/session.ts';
import { parseCommitted } from '../schema/txn.ts';
import { type Consul, type ConsulCall, jsonOf } from './consul.ts';
import type { Kv, KvOperation } from './kv.ts';

/** `X-Consul-Index` of an answer; anything unusable starts a blocking query anew. */
function indexOf(header: string | undefined): number {
	const index = Number(header);
	return Number.isSafeInteger(index) && index > 0 ? index : 0;
}

/** Our operations as `/v1/txn` takes them. */
function inConsulsWords(operation: KvOperation, path: (key: string) => string): unknown {
	const { verb, key } = operation;
	return {
		KV: {
			Verb: verb,
			Key: path(key),
			...('index' in operation && { Index: operation.index }),
			...('session' in operation && { Session: operation.session }),
			...('value' in operation && { Value: Buffer.from(operation.value).toString('base64') }),
		},
	};
}

/** The hub's KV below `prefix`, by way of one agent. */
export function openKv(consul: Consul, prefix: string): Kv {
	const path = (key: string) => `${prefix}/${key}`;
	const url = (key: string, query = '') =>
		`/v1/kv/${path(key).split('/').map(encodeURIComponent).join('/')}${query}`;
	const entriesOf = (value: unknown): KvEntry[] =>
		parseKv(value, '/v1/kv').map((e) => ({ ...e, Key: e.Key.slice(prefix.length + 1) }));
	const call = async (what: ConsulCall) => {
		const response = await consul.call({ accept: [404], ...what });
		const found = response.status === 200;
		return { response, found, json: () => (found ? jsonOf(response, what.path) : []) };
	};
	const put = async (key: string, query: string, body: string): Promise<boolean> => {
		const sent = { method: 'PUT' as const, path: url(key, query), body, accept: [413] };
		const { response } = await call(sent);
		if (response.status === 413) {
			const bytes = Buffer.byteLength(body);
			throw new SizeError(`${path(key)}: ${bytes} bytes are more than Consul takes in one value`);
		}
		return response.text().trim() === 'true';
	};
	return {
		readAll: async () => {
			const { response, json } = await call({
				method: 'GET',
				path: url('', '?recurse&consistent'),
			});
			return { entries: entriesOf(json()), index: indexOf(response.headers['x-consul-index']) };
		},
		read: async (key) => {
			const { json } = await call({ method: 'GET', path: url(key, '?consistent') });
			return entriesOf(json())[0] ?? null;
		},
		putCas: (key, value, index) => put(key, `?cas=${index}`, value),
		deleteCas: async (key, index) => {
			const { response } = await call({ method: 'DELETE', path: url(key, `?cas=${index}`) });
			return response.text().trim() === 'true';
		},
		acquire: (key, value, session) => put(key, `?acquire=${session}`, value),
		release: async (key, session) => {
			await put(key, `?release=${session}`, '');
		},
		createSession: async ({ name, ttlSeconds, behavior }) => {
			const terms = { Name: name, TTL: `${ttlSeconds}s`, Behavior: behavior };
			// No node checks: gossip that flaps must not drop a lock.
			const body = JSON.stringify({ ...terms, LockDelay: '0s', NodeChecks: [] });
			const { json } = await call({ method: 'PUT', path: '/v1/session/create', body, accept: [] });
			return parseSession(json(), '/v1/session/create').ID;
		},
		renewSession: async (session) => {
			return (await call({ method: 'PUT', path: `/v1/session/renew/${session}`, body: '' })).found;
		},
		destroySession: async (session) => {
			await call({ method: 'PUT', path: `/v1/session/destroy/${session}`, body: '' });
		},
		transact: async (operations) => {
			const body = JSON.stringify(operations.map((o) => inConsulsWords(o, path)));
			const sent = { method: 'PUT' as const, path: '/v1/txn', body, accept: [409] };
			const answer = parseCommitted(jsonOf(await consul.call(sent), sent.path), sent.path);
			if (answer.Errors) {
				return { ok: false, error: answer.Errors.map(({ What }) => What).join('; ') };
			}
			const own = (answer.Results ?? []).flatMap(({ KV }) =>
				KV ? [[KV.Key.slice(prefix.length + 1), KV.ModifyIndex] as const] : [],
			);
			return { ok: true, indexes: Object.fromEntries(own) };
		},
		waitForChange: async (folder, index, waitMs) => {
			// Ended by us on time: Consul adds up to a sixteenth to the wait. The answer is only a hint.
			const over = AbortSignal.timeout(Math.max(1, Math.round(waitMs)));
			const query = `?keys&index=${index}&wait=60s`;
			const sent = { method: 'GET' as const, path: url(folder, query), timeoutMs: waitMs + 3000 };
			await call({ ...sent, signal: over }).catch((error: unknown) => {
				if (!over.aborted) throw error;
			});
		},
	};
}
