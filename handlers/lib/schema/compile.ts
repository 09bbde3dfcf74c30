/**
 * The only file that imports ajv. A build replaces it by a module with the same exports, whose
 * `compile` finds by name a validator generated ahead of time from `registry`; it holds nothing else.
 */
import { Ajv } from 'ajv';
import { asValidate, type CompileOptions, type Validate } from './validate.ts';

/** What a build needs in order to generate the validator of this name. */
export interface Registered {
	readonly schema: object;
	readonly allErrors: boolean;
}

/** Every schema by its name, in the order of compilation. */
export const registry = new Map<string, Registered>();

const ajv = {
	first: new Ajv({ strict: true }),
	every: new Ajv({ strict: true, allErrors: true }),
};

/** Names are unique: a build finds the validator by name alone. */
export function compile<T>(
	name: string,
	schema: object,
	options: CompileOptions = {},
): Validate<T> {
	if (registry.has(name)) throw new Error(`schema ${name} is compiled twice`);
	const allErrors = options.allErrors ?? false;
	registry.set(name, { schema, allErrors });
	return asValidate<T>((allErrors ? ajv.every : ajv.first).compile(schema), schema);
}
