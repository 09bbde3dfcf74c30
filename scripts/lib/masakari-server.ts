/** Takes one HTTP request through record, misbehaviour, admission and resource to its answer. */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Answer, faultAnswer, pageAnswer } from './masakari-answers.ts';
import type { Backend } from './masakari-asked.ts';
import { type Call, readBody, recordCall, shownBody } from './masakari-calls.ts';
import { type Faults, openFaults } from './masakari-faults.ts';
import { route } from './masakari-routes.ts';

const MAX_BODY_BYTES = 114_688;
const LIMIT = `Larger than max_request_body_size (${MAX_BODY_BYTES}).`;

/** Who a request comes from. */
export interface Caller {
	readonly project: string;
	/** Rules of Masakari's policy that speak against it, e.g. `notifications:create`; default: none. */
	readonly forbidden?: readonly string[];
}

/** Who a request comes from, or the answer it gets instead; the place for Keystone's tokens. */
export type Authenticate = (request: IncomingMessage) => Caller | Answer | Promise<Caller | Answer>;

/** A server that does not listen yet. */
export interface ApiServer {
	readonly server: Server;
	readonly faults: Faults;
	readonly calls: readonly Call[];
}

/** Serves a backend; `dateOf` is what the `Date` header says. */
export function openServer(
	backend: Backend,
	dateOf: () => number,
	authenticate: Authenticate | undefined,
): ApiServer {
	const { state } = backend;
	const calls: Call[] = [];
	const faults = openFaults(send, (call) => state.events.emit('fault', call));

	function send(call: Call, response: ServerResponse, answer: Answer, cut = false): void {
		if (response.destroyed || response.headersSent) return;
		const body = Buffer.from(answer.body);
		response.writeHead(answer.status, {
			date: new Date(dateOf()).toUTCString(),
			'x-openstack-request-id': `req-${randomUUID()}`,
			'content-length': body.length,
			...answer.headers,
		});
		call.status = answer.status;
		const half = body.subarray(0, Math.ceil(body.length / 2));
		if (cut) response.write(half, () => response.destroy());
		else response.end(body);
		state.events.emit('answer', call);
	}

	async function answerTo(request: IncomingMessage, body: string): Promise<Answer> {
		const admitted = authenticate === undefined ? null : await authenticate(request);
		if (admitted !== null && 'status' in admitted) return admitted;
		const version = request.headers['openstack-api-version'];
		return route(backend, {
			method: request.method ?? '',
			target: request.url ?? '',
			version: Array.isArray(version) ? version.join() : version,
			accept: request.headers.accept,
			// A chunked body has no length, and Masakari takes it for none.
			body: request.headers['content-length'] === undefined ? '' : body,
			project: admitted?.project ?? null,
			forbidden: admitted?.forbidden ?? [],
		});
	}

	async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const call = recordCall(request, state.now());
		calls.push(call);
		response.once('close', () => {
			call.gone = !response.writableFinished;
			if (call.gone) state.events.emit('gone', call);
		});
		if (!(await faults.pass('arrival', call, response))) return;
		if (Number(request.headers['content-length']) > MAX_BODY_BYTES) {
			const reason = `Request is too large. ${LIMIT}`;
			return send(call, response, pageAnswer(413, reason, request.headers.accept));
		}
		const body = await readBody(request);
		if (body === null) return;
		call.body = shownBody(body);
		state.events.emit('call', call);
		if (!(await faults.pass('before', call, response))) return;
		const answer = await answerTo(request, body);
		if (await faults.pass('after', call, response)) send(call, response, answer);
	}

	const server = createServer((request, response) => {
		handle(request, response).catch((error: unknown) => {
			const message = `Unexpected API Error. ${error}`;
			if (response.destroyed || response.headersSent) response.destroy();
			else response.writeHead(500).end(faultAnswer(500, message).body);
		});
	});
	return { server, faults, calls };
}
