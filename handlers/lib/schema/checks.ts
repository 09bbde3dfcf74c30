import { compile } from './compile.ts';
import { type Parse, parserOf } from './input.ts';
import { listOf, theirs } from './parts.ts';

/** A row of `/v1/health/state/<state>`, as far as we read it. */
export interface CatalogCheck {
	readonly Node: string;
	readonly CheckID: string;
	/** `passing`, `warning` or `critical`; what else Consul may say one day proves nothing. */
	readonly Status: string;
	/** Of `_node_maintenance`: the reason. */
	readonly Notes?: string;
	/** Of the last write of it. */
	readonly ModifyIndex?: number;
}

const string = { type: 'string' };

const validate = compile<readonly CatalogCheck[] | null>('checks', {
	...listOf(
		theirs<CatalogCheck>(
			{
				...{ Node: { ...string, minLength: 1 }, CheckID: string, Status: string, Notes: string },
				ModifyIndex: { type: 'integer', minimum: 0 },
			},
			['Notes', 'ModifyIndex'],
		),
	),
	nullable: true,
});

/** The catalog's checks, from the API or a watch's stdin; `null` is an empty list. */
export const parseChecks: Parse<readonly CatalogCheck[]> = (value, key) =>
	parserOf(validate)(value, key) ?? [];
