/** Says what is wrong with a request body in the words of Masakari's own validator. */

import { parseTime } from './masakari-rows.ts';

/** The part of JSON schema that Masakari's requests use; objects are closed. */
export interface Schema {
	readonly type: 'object' | 'string' | 'boolean or string';
	readonly enum?: readonly (string | boolean)[];
	/** How the message writes the choices: a tuple or a list. */
	readonly brackets?: '()' | '[]';
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly pattern?: string;
	readonly format?: 'date-time';
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly patternProperties?: { readonly pattern: string; readonly schema: Schema };
	readonly required?: readonly string[];
	readonly anyRequired?: true;
}

/** A value as Python prints it. */
export function repr(value: unknown): string {
	if (value === null || value === undefined) return 'None';
	if (typeof value === 'boolean') return value ? 'True' : 'False';
	if (typeof value === 'string') {
		return value.includes("'") && !value.includes('"') ? `"${value}"` : `'${value}'`;
	}
	if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
	if (!isRecord(value)) return String(value);
	return `{${Object.entries(value)
		.map(([key, item]) => `${repr(key)}: ${repr(item)}`)
		.join(', ')}}`;
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first thing wrong with a value, deepest first, or null; `name` is the field it stands in. */
export function refusalOf(value: unknown, schema: Schema, name?: string): string | null {
	const inside = isRecord(value) && schema.type === 'object' ? insideOf(value, schema) : null;
	if (inside !== null) return inside;
	const wrong = ownFault(value, schema);
	if (wrong === null || name === undefined) return wrong;
	const shown = typeof value === 'string' ? value : repr(value);
	return `Invalid input for field/attribute ${name}. Value: ${shown}. ${wrong}`;
}

function insideOf(value: Readonly<Record<string, unknown>>, schema: Schema): string | null {
	for (const [key, inner] of Object.entries(schema.properties ?? {})) {
		const wrong = Object.hasOwn(value, key) ? refusalOf(value[key], inner, key) : null;
		if (wrong !== null) return wrong;
	}
	const { patternProperties } = schema;
	if (patternProperties === undefined) return null;
	for (const [key, item] of Object.entries(value)) {
		if (!new RegExp(patternProperties.pattern).test(key)) continue;
		const wrong = refusalOf(item, patternProperties.schema, key);
		if (wrong !== null) return wrong;
	}
	return null;
}

function ownFault(value: unknown, schema: Schema): string | null {
	if (schema.type === 'object') {
		if (!isRecord(value)) return `${repr(value)} is not of type 'object'`;
		return missing(value, schema) ?? unexpected(value, schema) ?? noneOf(value, schema);
	}
	const isString = typeof value === 'string';
	if (schema.type === 'string' && !isString) return `${repr(value)} is not of type 'string'`;
	if (schema.type === 'boolean or string' && !isString && typeof value !== 'boolean') {
		return `${repr(value)} is not of type 'boolean', 'string'`;
	}
	if (schema.enum !== undefined && !schema.enum.some((choice) => choice === value)) {
		const [open, end] = schema.brackets ?? '()';
		return `${repr(value)} is not one of ${open}${schema.enum.map(repr).join(', ')}${end}`;
	}
	return isString ? textFault(value, schema) : null;
}

function textFault(text: string, schema: Schema): string | null {
	if (text.length < (schema.minLength ?? 0)) return `${repr(text)} is too short`;
	if (text.length > (schema.maxLength ?? Infinity)) return `${repr(text)} is too long`;
	if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(text)) {
		return `${repr(text)} does not match ${repr(schema.pattern)}`;
	}
	if (schema.format !== undefined && parseTime(text) === null) {
		return `${repr(text)} is not a ${repr(schema.format)}`;
	}
	return null;
}

function missing(value: Readonly<Record<string, unknown>>, schema: Schema): string | null {
	const absent = schema.required?.find((key) => !Object.hasOwn(value, key));
	return absent === undefined ? null : `${repr(absent)} is a required property`;
}

function unexpected(value: Readonly<Record<string, unknown>>, schema: Schema): string | null {
	const pattern = schema.patternProperties?.pattern;
	const extra = Object.keys(value)
		.filter((key) => !Object.hasOwn(schema.properties ?? {}, key))
		.filter((key) => pattern === undefined || !new RegExp(pattern).test(key))
		.sort();
	if (extra.length === 0) return null;
	const list = extra.map(repr).join(', ');
	const one = extra.length === 1;
	if (pattern !== undefined) {
		return `${list} ${one ? 'does' : 'do'} not match any of the regexes: ${repr(pattern)}`;
	}
	const verb = one ? 'was' : 'were';
	return `Additional properties are not allowed (${list} ${verb} unexpected)`;
}

function noneOf(value: Readonly<Record<string, unknown>>, schema: Schema): string | null {
	if (schema.anyRequired === undefined || Object.keys(value).length > 0) return null;
	return `${repr(value)} is not valid under any of the given schemas`;
}
