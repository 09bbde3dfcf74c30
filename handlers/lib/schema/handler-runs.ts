import type { HandlerRuns } from '../decide/watches.ts';
import { compile } from './compile.ts';
import { count, name, ours, recordOf, time } from './parts.ts';
import { parseVersioned } from './versioned.ts';

const run = ours<HandlerRuns['ran'][string]>({ at: time, saw: count });

const version1 = compile<HandlerRuns>(
	'handler-runs-1',
	ours<HandlerRuns>({ version: { const: 1 }, boot_id: name, ran: recordOf(run) }),
);

/** KV `handlers/<controller>`. */
export const parseHandlerRuns = parseVersioned<HandlerRuns>({ 1: version1 });
