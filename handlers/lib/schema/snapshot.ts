import type { Snapshot } from '../decide/snapshot.ts';
import { compile } from './compile.ts';
import { listOf, name, ours } from './parts.ts';
import { parseVersioned } from './versioned.ts';

const names = listOf(name);

const version1 = compile<Snapshot>(
	'snapshot-1',
	ours<Snapshot>({
		version: { const: 1 },
		up: names,
		down: names,
		left: names,
		vanished: names,
		unknown: names,
		maintenance: names,
	}),
);

/** KV `networks/<network>`. */
export const parseSnapshot = parseVersioned<Snapshot>({ 1: version1 });
