import { valueAt } from './pointer.ts';
import type { RawError, SchemaError } from './validate.ts';

/** No longer than this, whatever it holds; the cut shows. */
export function cut(text: string, length: number): string {
	return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** Foreign text in a message: quoted, on one line, and short. */
export function quote(text: string, length = 64): string {
	return JSON.stringify(cut(text, length));
}

/** What kind of thing a value is, in place of the value. */
function kindOf(value: unknown): string {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'object') return 'an object';
	if (typeof value === 'number' && !Number.isFinite(value)) return 'not finite';
	return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

const typeWords: Readonly<Record<string, string>> = {
	array: 'a list',
	boolean: 'true or false',
	integer: 'a whole number',
	number: 'a number',
	object: 'an object',
	string: 'text',
};

interface SchemaNode {
	readonly description?: string;
	readonly type?: string;
	readonly properties?: Readonly<Record<string, SchemaNode>>;
}

/** What a schema asks for: its description, where a person has written one. */
function expectationOf(node: SchemaNode | undefined): string | undefined {
	return node?.description ?? (node?.type === undefined ? undefined : typeWords[node.type]);
}

/** The part of the schema that holds the keyword which failed. */
function nodeOf(schema: object, schemaPath: string): SchemaNode {
	const parent = valueAt(schema, schemaPath.slice(1).replace(/\/[^/]*$/, ''));
	return (parent ?? {}) as SchemaNode;
}

function listed(values: readonly unknown[]): string {
	const words = values.map(String).join(', ');
	return values.length === 1 ? words : `one of: ${words}`;
}

function messageFor(raw: RawError, node: SchemaNode, value: unknown): string {
	const { params } = raw;
	switch (raw.keyword) {
		case 'additionalProperties': {
			const known = Object.keys(node.properties ?? {});
			return `unknown key ${quote(String(params['additionalProperty']))}, expected ${listed(known)}`;
		}
		case 'required': {
			const missing = String(params['missingProperty']);
			const expectation = expectationOf(node.properties?.[missing]);
			const expected = expectation === undefined ? '' : `, expected ${expectation}`;
			return `has no ${quote(missing)}${expected}`;
		}
		case 'type':
			return `is ${kindOf(value)}, expected ${expectationOf(node)}`;
		case 'enum':
			return `expected ${listed(params['allowedValues'] as readonly unknown[])}`;
		case 'const':
			return `expected ${JSON.stringify(params['allowedValue'])}`;
		default: {
			const subject = raw.propertyName === undefined ? '' : `key ${quote(raw.propertyName)}: `;
			return subject + (node.description ? `expected ${node.description}` : (raw.message ?? ''));
		}
	}
}

/** An error of ajv's in our words: what was expected, bounded, without the value. */
export function describeError(raw: RawError, schema: object, root: unknown): SchemaError {
	const value = valueAt(root, raw.instancePath);
	const message = messageFor(raw, nodeOf(schema, raw.schemaPath), value);
	const { additionalProperty, missingProperty } = raw.params;
	const key = additionalProperty ?? missingProperty ?? raw.propertyName;
	return {
		path: raw.instancePath,
		message: cut(message, 300),
		keyword: raw.keyword,
		...(typeof key === 'string' ? { key } : {}),
	};
}
