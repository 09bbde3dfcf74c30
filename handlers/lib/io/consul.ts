import { readFileSync } from 'node:fs';
import { ConfigError, ConsulError, messageOf } from '../errors.ts';
import type { ConsulAddress } from '../schema/config.ts';
import { type HttpResponse, request } from './http.ts';

/** One call of Consul's HTTP API; `body` is sent as it is. */
export interface ConsulCall {
	readonly method: 'GET' | 'PUT' | 'DELETE';
	/** Path and query, e.g. `/v1/status/leader`. */
	readonly path: string;
	readonly body?: string;
	/** Answers that are no errors beside 200, e.g. 404 for a key that is not there. */
	readonly accept?: readonly number[];
	readonly timeoutMs?: number;
	/** Ends this call alone. */
	readonly signal?: AbortSignal;
}

/** One agent; every call throws a ConsulError that names address and path. */
export interface Consul {
	call(call: ConsulCall): Promise<HttpResponse>;
}

/** A read that takes longer means `unknown`: an isolated agent answers after 7 to 31 s. */
const timeoutMs = 3000;

function readToken(file: string | undefined): Record<string, string> {
	if (file === undefined) return {};
	try {
		return { 'x-consul-token': readFileSync(file, 'utf8').trim() };
	} catch (error) {
		throw new ConfigError(`${file}: the token cannot be read: ${messageOf(error)}`);
	}
}

/** The local agent of one network; connects anew for every call. */
export function openConsul(address: ConsulAddress, signal: AbortSignal): Consul {
	const headers = readToken(address.tokenFile);
	return {
		call: async ({
			method,
			path,
			body,
			accept = [],
			timeoutMs: limit = timeoutMs,
			signal: own,
		}) => {
			const where = `${address.httpAddr}${path.split('?')[0]}`;
			let response: HttpResponse;
			try {
				response = await request({
					...{ url: `${address.httpAddr}${path}`, method, headers },
					signal: own ? AbortSignal.any([signal, own]) : signal,
					...{ tls: address.tls, connectTimeoutMs: Math.min(timeoutMs, limit), timeoutMs: limit },
					...(body !== undefined && { body }),
				});
			} catch (error) {
				throw new ConsulError(`consul: ${messageOf(error)}`);
			}
			const { status } = response;
			if (status === 200 || accept.includes(status)) return response;
			throw new ConsulError(`consul: ${where}: ${status} ${response.text().trim().slice(0, 200)}`);
		},
	};
}

/** The JSON of an answer of Consul's. */
export function jsonOf(response: HttpResponse, where: string): unknown {
	try {
		return response.json();
	} catch (error) {
		throw new ConsulError(`consul: ${where}: ${messageOf(error)}`);
	}
}
