import type { OperatorWord } from '../decide/stored.ts';
import { compile } from './compile.ts';
import { line, name, ours, time } from './parts.ts';
import { parseVersioned } from './versioned.ts';

const version1 = compile<OperatorWord>(
	'operator-word-1',
	ours<OperatorWord>({ version: { const: 1 }, who: name, why: line, at: time, until: time }, [
		'until',
	]),
);

/** KV `paused`, `maintenance/<host>` and `approved/<host>`. */
export const parseOperatorWord = parseVersioned<OperatorWord>({ 1: version1 });
