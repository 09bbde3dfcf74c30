/** OpenStack's APIs as its administrator uses them. */

import { identity, passwordOf } from './openstack-config.ts';
import type { Site } from './openstack-site.ts';

/** One request as the administrator of the project `admin`; whatever fails throws what was answered. */
export type Rest = (method: string, url: string, body?: unknown) => Promise<unknown>;

/** A refusal, with its status. */
export class RestError extends Error {
	readonly status: number;
	constructor(what: string, status: number, text: string) {
		super(`${what}: ${status} ${text.slice(0, 500)}`);
		this.status = status;
	}
}

const TIMEOUT_MS = 30_000;

/** Asks for a token with the first request, and again when it is refused. */
export function openRest(site: Site): Rest {
	let token: string | undefined;
	const ask = async (method: string, url: string, body?: unknown): Promise<Response> => {
		token ??= await issueToken(site, 'admin', 'admin');
		const headers = { 'content-type': 'application/json', 'x-auth-token': token };
		const content = body === undefined ? {} : { body: JSON.stringify(body) };
		const signal = AbortSignal.timeout(TIMEOUT_MS);
		return await fetch(url, { method, headers, signal, ...content });
	};
	return async (method, url, body) => {
		let response = await ask(method, url, body);
		if (response.status === 401) {
			token = undefined;
			response = await ask(method, url, body);
		}
		const text = await response.text();
		if (!response.ok) throw new RestError(`${method} ${url}`, response.status, text);
		return text === '' ? null : JSON.parse(text);
	};
}

/** A token of a user for a project, both of the default domain. */
export async function issueToken(site: Site, name: string, project: string): Promise<string> {
	const domain = { id: 'default' };
	const password = { user: { name, password: passwordOf(name), domain } };
	const scope = { project: { name: project, domain } };
	const body = { auth: { identity: { methods: ['password'], password }, scope } };
	const url = `${identity(site, name).auth_url}/auth/tokens?nocatalog`;
	const response = await fetch(url, {
		...{ method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(TIMEOUT_MS) },
		headers: { 'content-type': 'application/json' },
	});
	const token = response.headers.get('x-subject-token');
	if (token === null) throw new RestError(url, response.status, await response.text());
	return token;
}

/** Walks into parsed JSON: text at a path of keys. */
export function textAt(value: unknown, ...path: readonly string[]): string {
	return String(path.reduce((inner, key) => fieldOf(inner, key), value));
}

/** A list in parsed JSON. */
export function listAt(value: unknown, key: string): readonly unknown[] {
	const list = fieldOf(value, key);
	if (!Array.isArray(list)) throw new Error(`no list ${key} in ${JSON.stringify(value)}`);
	return list;
}

function fieldOf(value: unknown, key: string): unknown {
	const there = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
	if (!there) throw new Error(`no ${key} in ${JSON.stringify(value)}`);
	return Reflect.get(value, key);
}
