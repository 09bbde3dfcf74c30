import { compile } from './compile.ts';
import { parserOf } from './input.ts';
import { theirs } from './parts.ts';

/** The answer of `/v1/session/create`; the ID is one path segment. */
export const parseSession = parserOf(
	compile<{ readonly ID: string }>(
		'session',
		theirs({ ID: { type: 'string', pattern: '^[0-9A-Za-z-]{1,64}$' } }),
	),
);
