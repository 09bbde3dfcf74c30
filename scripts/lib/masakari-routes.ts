/** Which of Masakari's v1 URLs are known, and what is checked before a resource is asked. */

import { type Answer, faultAnswer, pageAnswer, readVersion } from './masakari-answers.ts';
import { type Backend, forbids, type Handler } from './masakari-asked.ts';
import {
	createNotification,
	listNotifications,
	showNotification,
} from './masakari-notifications.ts';
import { listHosts, listSegments, putHost, showHost, showSegment } from './masakari-segments.ts';

/** A request whose body has been read. */
export interface ApiRequest {
	readonly method: string;
	/** Path and query as they came. */
	readonly target: string;
	/** The header `OpenStack-API-Version`. */
	readonly version: string | undefined;
	readonly accept: string | undefined;
	readonly body: string;
	/** The project of the token; a URL that holds another one is refused. */
	readonly project: string | null;
	/** Rules of the policy that speak against the caller. */
	readonly forbidden: readonly string[];
}

/** What a request needs the right to; null where the resource asks for it itself, once it knows the body. */
type Rule = string | null;

const ROUTES: readonly (readonly [method: string, path: RegExp, rule: Rule, handler: Handler])[] = [
	['POST', /^notifications$/, null, createNotification],
	['GET', /^notifications$/, 'notifications:index', listNotifications],
	['GET', /^notifications\/([^/]+)$/, 'notifications:detail', showNotification],
	['GET', /^segments$/, 'segments:index', listSegments],
	['GET', /^segments\/([^/]+)$/, 'segments:detail', showSegment],
	['GET', /^segments\/([^/]+)\/hosts$/, 'os-hosts:index', listHosts],
	['GET', /^segments\/([^/]+)\/hosts\/([^/]+)$/, 'os-hosts:detail', showHost],
	['PUT', /^segments\/([^/]+)\/hosts\/([^/]+)$/, null, putHost],
];

/** Answers one request; rows are made and changed at once, before anything is sent. */
export function route(backend: Backend, request: ApiRequest): Answer | Promise<Answer> {
	const { pathname, searchParams: query } = new URL(request.target, 'http://localhost');
	const [, project, rest = ''] = /^\/v1\/(?:([0-9a-f-]+)\/)?(.+)$/.exec(pathname) ?? [];
	for (const [method, path, rule, handler] of ROUTES) {
		const match = method === request.method ? path.exec(rest) : null;
		if (match === null) continue;
		const version = readVersion(request.version);
		if (typeof version !== 'string') return version;
		if (project !== undefined && project !== request.project) {
			const theirs = `URL's project_id '${project}'`;
			const ours = `Context's project_id '${request.project ?? 'None'}'`;
			return faultAnswer(400, `Malformed request URL: ${theirs} doesn't match ${ours}`, version);
		}
		const [, id = '', hostId = ''] = match;
		const { body, forbidden } = request;
		const asked = { ...backend, query, version, body, id, hostId, forbidden };
		return (rule === null ? null : forbids(asked, rule)) ?? handler(asked);
	}
	return pageAnswer(404, 'The resource could not be found.', request.accept);
}
