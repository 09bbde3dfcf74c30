import { answerText } from '../decide/answer.ts';
import { MasakariError } from '../errors.ts';
import type { Parse } from '../schema/input.ts';
import type { Page } from '../schema/masakari.ts';
import { type HttpResponse, request, type TlsFiles } from './http.ts';

/** Where Masakari is, and what shows it that we may ask. */
export interface Authorization {
	/** With the version, without a slash at the end: `http://masakari:15868/v1`. */
	readonly endpoint: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly tls?: TlsFiles;
	/** To be called on a 401: nobody shall use this token again, in no process. */
	readonly onRefused?: () => void;
}

/** Called before every request, several at once; `renew`: the token it gave last was refused. */
export type Authorize = (renew: boolean) => Promise<Authorization>;

/** One GET of a path under the endpoint, whatever its status. */
export type Get = (path: string) => Promise<HttpResponse>;

/**
 * Pinned: from 1.1 on Masakari asks its engine about a notification, and without an engine answers
 * 500 after 60 s.
 */
export const apiVersion = { 'OpenStack-API-Version': 'instance-ha 1.0' };

/** How long a request may take, and by which clock its answer is timed. */
export interface Asking {
	readonly signal: AbortSignal;
	readonly timeoutMs: number;
	readonly connectTimeoutMs: number;
	readonly now: () => number;
}

/** Sends what has no effect; a 401 gets one more try with a new token. */
export async function withToken(
	authorize: Authorize,
	send: (authorization: Authorization) => Promise<HttpResponse>,
): Promise<HttpResponse> {
	const once = async (renew: boolean) => {
		const authorization = await authorize(renew);
		const response = await send(authorization);
		if (response.status === 401) authorization.onRefused?.();
		return response;
	};
	const response = await once(false);
	return response.status === 401 ? await once(true) : response;
}

/** GETs with a token. */
export function openGet(authorize: Authorize, options: Asking): Get {
	return (path) =>
		withToken(authorize, ({ endpoint, headers, tls }) =>
			request({
				url: `${endpoint}${path}`,
				method: 'GET',
				headers: { Accept: 'application/json', ...apiVersion, ...headers },
				tls,
				...options,
			}),
		);
}

/** The JSON of a 200; anything else is an error that says what Masakari said. */
export function jsonOf(response: HttpResponse, path: string): unknown {
	if (response.status === 200) return response.json();
	const { status, statusText } = response;
	throw new MasakariError(
		`GET ${path}: ${answerText({ status, statusText, json: faultOf(response) })}`,
	);
}

/** The body of an error where it is JSON; a proxy's page says nothing. */
export function faultOf(response: HttpResponse): unknown {
	try {
		return response.json();
	} catch {
		return undefined;
	}
}

/** Masakari's default cap on a page, and the most it gives by default. */
const pageSize = 1000;
/**
 * A shorter page is the last: Masakari cuts pages at its `osapi_max_limit`, whatever was asked for,
 * so a page of fewer than 1,000 may not be all there is; but nobody sets it below this.
 */
const smallestCap = 20;
const maxPages = 50;

/** All rows of a list, page by page, and every answer that brought them. */
export async function readAll<T>(
	get: Get,
	path: string,
	query: Readonly<Record<string, string>>,
	parse: Parse<Page<T>>,
): Promise<{ readonly items: T[]; readonly responses: HttpResponse[] }> {
	const items: T[] = [];
	const responses: HttpResponse[] = [];
	let marker: number | null = null;
	for (let page = 0; page < maxPages; page++) {
		const asked: Record<string, string> = { ...query, limit: String(pageSize) };
		if (marker !== null) asked['marker'] = String(marker);
		// URLSearchParams writes `+` as %2B: a plain one would reach Masakari as a space.
		const response = await get(`${path}?${new URLSearchParams(asked)}`);
		const found: Page<T> = parse(jsonOf(response, path), `GET ${path}`);
		responses.push(response);
		items.push(...found.items);
		marker = found.marker;
		if (found.items.length < smallestCap) return { items, responses };
	}
	throw new MasakariError(`GET ${path}: over ${maxPages} pages`);
}
