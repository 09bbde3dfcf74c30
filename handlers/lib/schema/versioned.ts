import { inputError, type Parse, parserOf } from './input.ts';
import { valueAt } from './pointer.ts';
import type { Validate } from './validate.ts';

/**
 * How to read a KV value of each version: this release's own, last, and before it the previous one,
 * whose Validate also turns the old value into today's type.
 */
export type Readers<T> = Readonly<Record<number, Validate<T>>>;

/** Reads what this release or the previous one has written; any other version is an InputError. */
export function parseVersioned<T>(readers: Readers<T>): Parse<T> {
	const versions = Object.keys(readers).map(Number);
	const own = readers[Math.max(...versions)];
	return (value, key) => {
		const version = valueAt(value, '/version');
		// Without a version that could be another's, our own schema says best what is wrong.
		const reader = typeof version === 'number' ? readers[version] : own;
		if (reader) return parserOf(reader)(value, key);
		const known = versions.join(' or ');
		throw inputError(key, `is of version ${String(version)}, this release reads ${known}`);
	};
}
