import { compile } from './compile.ts';
import { parserOf } from './input.ts';
import { count, listOf, theirs } from './parts.ts';

/** The answer of `/v1/txn`: what was done, or (409) what stood against it. */
export interface Committed {
	readonly Results?:
		| readonly {
				readonly KV?: { readonly Key: string; readonly ModifyIndex: number };
		  }[]
		| null;
	readonly Errors?: readonly { readonly What: string }[] | null;
}

const result = theirs({ KV: theirs({ Key: { type: 'string' }, ModifyIndex: count }) }, ['KV']);

export const parseCommitted = parserOf(
	compile<Committed>(
		'txn',
		theirs(
			{
				Results: { ...listOf(result), nullable: true },
				Errors: { ...listOf(theirs({ What: { type: 'string' } })), nullable: true },
			},
			['Results', 'Errors'],
		),
	),
);
