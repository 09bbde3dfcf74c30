/** A name's bound: nodes, hosts, networks, controllers. Whoever writes to KV keeps to it as well. */
export const maxName = 255;

/** The bound of a text for people: reasons, errors. Whoever writes to KV keeps to it as well. */
export const maxText = 4096;

export const name = { type: 'string', minLength: 1, maxLength: maxName, description: 'a name' };

export const text = { type: 'string', maxLength: maxText };

/** A text that a person wrote, and others read in the middle of a line. */
export const line = {
	...text,
	allOf: [{ type: 'string', pattern: '^\\P{Cc}*$', description: 'text on one line' }],
};

/** A time or a duration; of what, says the type. Infinity (`1e999`) is none, nor is what no Date can hold. */
export const time = { type: 'number', minimum: 0, maximum: 8.64e15 };

export const count = { type: 'integer', minimum: 0 };

/** Masakari's spelling of a time: UTC, whole seconds. */
export const generatedTime = {
	type: 'string',
	pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$',
	description: 'a time such as 2024-01-31T09:30:00Z',
};

export const health = { type: 'string', enum: ['up', 'down', 'left', 'unknown'] };

/** A list of these. */
export const listOf = (items: object) => ({ type: 'array', items });

/** An object by free names: hosts, networks. */
export const recordOf = (values: object) => ({
	type: 'object',
	propertyNames: { minLength: 1, maxLength: maxName },
	additionalProperties: values,
});

/** A schema for each key: the compiler sees to it that none is forgotten. */
export type Keys<T> = { readonly [K in keyof T]-?: object };

/** An object of ours: every key is known, and there unless it is named as optional. */
export const ours = <T extends object>(
	properties: Keys<T>,
	optional: readonly (keyof T & string)[] = [],
) => {
	const may: readonly string[] = optional;
	const required = Object.keys(properties).filter((key) => !may.includes(key));
	return { type: 'object', additionalProperties: false, required, properties };
};

/** An object of ours of which every key may be left out. */
export const optionalOurs = <T extends object>(properties: Keys<T>) => ({
	...ours<T>(properties),
	required: [],
});

/** An object of others: what we do not know of is none of our business. */
export const theirs = <T extends object>(
	properties: Keys<T>,
	optional: readonly (keyof T & string)[] = [],
) => ({ ...ours<T>(properties, optional), additionalProperties: true });
