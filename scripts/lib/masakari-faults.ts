/** Misbehaviour on demand: which requests meet it, how far they have come by then, and what it does. */

import type { ServerResponse } from 'node:http';
import type { Answer } from './masakari-answers.ts';
import { type Call, isProbe } from './masakari-calls.ts';

/**
 * `arrival`: the body has not been read; `before`: read, but nothing was made of it; `after`: done in
 * full, a row made of it, but not answered.
 */
export type FaultPoint = 'arrival' | 'before' | 'after';

/** An answer in place of the true one; `cut` ends it in the middle of its body. */
export interface FaultAnswer {
	readonly status: number;
	/** Names in lower case; they come before the server's own, `date` too. */
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	readonly cut?: boolean;
}

/** `reset` and `close` end the connection with RST and FIN; `hang` lasts until it is released. */
export type FaultAct = 'reset' | 'close' | 'hang' | FaultAnswer | { readonly raw: string };

/** One misbehaviour; every condition that is given must hold. A check's question whether it may notify meets none. */
export interface FaultSpec {
	readonly at: FaultPoint;
	readonly act: FaultAct;
	/** Default: POST. */
	readonly method?: string;
	readonly target?: RegExp;
	/** Asked last, and at `arrival` without a body. */
	readonly when?: (call: Call) => boolean;
	/** How many requests it meets; default 1. */
	readonly times?: number;
}

/** A misbehaviour in place. */
export interface Fault {
	/** The requests it has met. */
	readonly met: readonly Call[];
	/** No further request meets it; those that hang go on hanging. */
	clear(): void;
	/** No further request meets it; those that hang go on as if nothing had been, client or not. */
	release(): void;
}

/** The misbehaviours of one server, the oldest first. */
export interface Faults {
	add(spec: FaultSpec): Fault;
	/** Whether the request may go on; if not, it has been dealt with. */
	pass(at: FaultPoint, call: Call, response: ServerResponse): Promise<boolean>;
}

/** Begins without any; `send` writes an answer the way the server does, `tell` hears of every hit. */
export function openFaults(
	send: (call: Call, response: ServerResponse, answer: Answer, cut: boolean) => void,
	tell: (call: Call) => void,
): Faults {
	const live: { readonly spec: FaultSpec; readonly met: Call[]; readonly freed: Promise<void> }[] =
		[];

	function add(spec: FaultSpec): Fault {
		const met: Call[] = [];
		let free = (): void => undefined;
		const freed = new Promise<void>((resolve) => {
			free = resolve;
		});
		const entry = { spec, met, freed };
		live.push(entry);
		const clear = (): void => {
			const index = live.indexOf(entry);
			if (index >= 0) live.splice(index, 1);
		};
		const release = (): void => {
			clear();
			free();
		};
		return { met, clear, release };
	}

	async function pass(at: FaultPoint, call: Call, response: ServerResponse): Promise<boolean> {
		const fault = live.find(
			({ spec, met }) => spec.at === at && met.length < (spec.times ?? 1) && meets(spec, call),
		);
		if (fault === undefined) return true;
		fault.met.push(call);
		tell(call);
		const { act } = fault.spec;
		if (act === 'hang') await fault.freed;
		else if (act === 'reset') response.socket?.resetAndDestroy();
		else if (act === 'close') response.socket?.destroy();
		else if ('raw' in act) response.socket?.end(act.raw);
		else send(call, response, { headers: {}, body: '', ...act }, act.cut ?? false);
		return act === 'hang';
	}

	return { add, pass };
}

function meets(spec: FaultSpec, call: Call): boolean {
	if ((spec.method ?? 'POST') !== call.method || isProbe(call)) return false;
	if (spec.target !== undefined && !spec.target.test(call.target)) return false;
	return spec.when === undefined || spec.when(call);
}
