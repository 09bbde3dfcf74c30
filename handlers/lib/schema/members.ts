import { compile } from './compile.ts';
import { type Parse, parserOf } from './input.ts';
import { listOf, theirs } from './parts.ts';

/** A row of `/v1/agent/members`: what gossip says of a node. */
export interface Member {
	readonly Name: string;
	readonly Addr: string;
	readonly Port: number;
	/** Serf's: 0 none, 1 alive, 2 leaving, 3 left, 4 failed. */
	readonly Status: 0 | 1 | 2 | 3 | 4;
	readonly Tags: Readonly<Record<string, string>> | null;
}

const string = { type: 'string' };

const validate = compile<readonly Member[] | null>('members', {
	...listOf(
		theirs<Member>({
			Name: { ...string, minLength: 1 },
			Addr: string,
			Port: { type: 'integer', minimum: 0, maximum: 65_535 },
			Status: { type: 'integer', minimum: 0, maximum: 4 },
			Tags: { type: 'object', additionalProperties: string, nullable: true },
		}),
	),
	nullable: true,
});

/** An agent's members; `null` is an empty list. */
export const parseMembers: Parse<readonly Member[]> = (value, key) =>
	parserOf(validate)(value, key) ?? [];
