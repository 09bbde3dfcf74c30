/** What reaches a resource of the embedded Masakari. */

import { type Answer, faultAnswer } from './masakari-answers.ts';
import type { Engine } from './masakari-engine.ts';
import type { State } from './masakari-state.ts';

/** What the resources work on. */
export interface Backend {
	readonly state: State;
	readonly engine: Engine;
	/** How long the API asks an engine that is away; Masakari: 60 s. */
	readonly rpcTimeoutMs: number;
}

/** A request for a known URL in a supported version. */
export interface Asked extends Backend {
	readonly query: URLSearchParams;
	readonly version: string;
	readonly body: string;
	/** The ids in the path, empty where it has none. */
	readonly id: string;
	readonly hostId: string;
	/** Rules of the policy that speak against the caller, e.g. `notifications:create`. */
	readonly forbidden: readonly string[];
}

/** Masakari's refusal of what the policy forbids the caller, or null. */
export function forbids({ forbidden, version }: Asked, rule: string): Answer | null {
	if (!forbidden.includes(rule)) return null;
	const reason = `Policy doesn't allow os_masakari_api:${rule} to be performed.`;
	return faultAnswer(403, reason, version);
}

/** Answers a request for one kind of URL. */
export type Handler = (asked: Asked) => Answer | Promise<Answer>;

/** The JSON of a body, null if it is empty, undefined if it is none. */
export function parseBody(body: string): unknown {
	if (body === '') return null;
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}
