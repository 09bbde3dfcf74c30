import { answerText } from '../decide/answer.ts';
import { decideEndpoint } from '../decide/catalog.ts';
import { MasakariError, messageOf } from '../errors.ts';
import type { Cloud } from '../schema/cloud.ts';
import type { Identity } from '../schema/cloud-auth.ts';
import { endpointOf, isToken, type KeptToken, parseIssued } from '../schema/keystone.ts';
import { cut } from '../schema/wording.ts';
import { type HttpResponse, request } from './http.ts';
import { faultOf } from './masakari-lists.ts';

export interface KeystoneLimits {
	readonly signal: AbortSignal;
	readonly timeoutMs: number;
	readonly connectTimeoutMs: number;
	/** Wall clock, ms. */
	readonly now: () => number;
}

/** What Keystone is sent; an application credential has its project in it, and is refused with one. */
function bodyOf(identity: Identity, secret: string): object {
	const { method } = identity;
	if (method === 'password') {
		const password = { user: { ...identity.user, password: secret } };
		return { identity: { methods: [method], password }, scope: { project: identity.project } };
	}
	const { method: _, ...which } = identity;
	return { identity: { methods: [method], [method]: { ...which, secret } } };
}

/** Statuses whose text Keystone writes itself, and in which it repeats nothing that it was sent. */
const spoken = [401, 403, 404, 429];

/** Why there is no token, without anything that was sent. */
function refusalOf(cloud: Cloud, response: HttpResponse): string {
	const { status, statusText } = response;
	const json = faultOf(response);
	const said = answerText({ status, statusText, json: spoken.includes(status) ? json : undefined });
	if (status === 401) return `does not take the credentials of ${cloud.name}: ${said}`;
	if (status === 404 && json !== undefined && cloud.identity.method === 'application_credential') {
		return `does not know the application credential of ${cloud.name}: ${said}`;
	}
	if (status === 300 || status === 404) return `no Keystone v3 there: ${said}`;
	return `gives no token: ${said}`;
}

/** Where Masakari is, by the cloud's own word or by the catalog that comes with a token. */
function locate(cloud: Cloud, catalog: Parameters<typeof decideEndpoint>[0] = []): string {
	const found = cloud.endpoint === undefined ? decideEndpoint(catalog, cloud) : undefined;
	if (found?.ok === false) throw new Error(found.error);
	const endpoint = endpointOf(found?.url ?? cloud.endpoint ?? '');
	if (endpoint === undefined) throw new Error("instance-ha's url in the catalog is no address");
	return endpoint;
}

function toKept(cloud: Cloud, response: HttpResponse, askedAt: number): KeptToken {
	const token = response.headers['x-subject-token'] ?? '';
	if (!isToken(token)) throw new Error('an answer without a token');
	const { expires_at, issued_at, catalog } = parseIssued(response.json(), 'its answer').token;
	const [until, since] = [Date.parse(expires_at), Date.parse(issued_at ?? '')];
	if (Number.isNaN(until)) throw new Error('expires_at is no time that exists');
	// How long it lives does not depend on whose clock is right.
	const expires = Number.isNaN(since) ? until : askedAt + (until - since);
	return { version: 1, token, expires_at: expires, endpoint: locate(cloud, catalog) };
}

/** A new token and Masakari's address; a MasakariError says that it was Keystone, and holds no secret. */
export async function issueToken(cloud: Cloud, limits: KeystoneLimits): Promise<KeptToken> {
	const { authUrl, identity, secret, tls } = cloud;
	const where = `Keystone ${new URL(authUrl).host}`;
	try {
		const askedAt = limits.now();
		const response = await request({
			url: `${authUrl}/auth/tokens${cloud.endpoint === undefined ? '' : '?nocatalog'}`,
			method: 'POST',
			headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
			body: JSON.stringify({ auth: bodyOf(identity, secret) }),
			...{ tls, ...limits },
		});
		if (response.status === 201) return toKept(cloud, response, askedAt);
		throw new Error(refusalOf(cloud, response));
	} catch (cause) {
		// Without the cause, and without the secret whoever repeats it.
		const said = messageOf(cause).replaceAll(secret, '***');
		throw new MasakariError(cut(`${where}: ${said}`, 400));
	}
}
