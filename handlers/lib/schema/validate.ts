import { describeError } from './wording.ts';

/** One thing that is wrong with a value, in words that never show the value. */
export interface SchemaError {
	/** JSON pointer to what is wrong; for an unknown or missing key, to the object around it. */
	readonly path: string;
	/** What was expected; at most 300 characters. */
	readonly message: string;
	/** The JSON Schema keyword that failed. */
	readonly keyword: string;
	/** The key that is unknown, missing or badly named. */
	readonly key?: string;
}

export type Validated<T> =
	| { readonly ok: true; readonly value: T }
	| { readonly ok: false; readonly errors: readonly SchemaError[] };

/** Says of any value whether it is a T, and if not, why: never throws. */
export type Validate<T> = (value: unknown) => Validated<T>;

export interface CompileOptions {
	/** Find every error: for files that people write. Otherwise the first one ends it. */
	readonly allErrors?: boolean;
}

/** An error as ajv reports it, whether it compiled the schema now or ahead of time. */
export interface RawError {
	readonly keyword: string;
	readonly instancePath: string;
	readonly schemaPath: string;
	readonly params: Readonly<Record<string, unknown>>;
	readonly message?: string;
	readonly propertyName?: string;
}

/** A validator as ajv makes it. */
export interface RawValidate {
	(value: unknown): boolean;
	errors?: readonly RawError[] | null;
}

/** Gives one of ajv's validators our wording; the schema says what would have been right. */
export function asValidate<T>(raw: RawValidate, schema: object): Validate<T> {
	return (value) => {
		if (raw(value)) return { ok: true, value: value as T };
		const found = (raw.errors ?? []).filter(({ keyword }) => keyword !== 'propertyNames');
		return { ok: false, errors: found.map((error) => describeError(error, schema, value)) };
	};
}
