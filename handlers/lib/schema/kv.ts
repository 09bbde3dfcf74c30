import { compile } from './compile.ts';
import { inputError, type Parse, parseJson, parserOf } from './input.ts';
import { count, listOf, theirs } from './parts.ts';

/** A row of `/v1/kv/...`. */
export interface KvEntry {
	readonly Key: string;
	/** Base64; null is an empty value. */
	readonly Value: string | null;
	readonly ModifyIndex: number;
	readonly Flags: number;
	/** Session that holds the key; a watch's stdin has an empty one where there is none. */
	readonly Session?: string;
}

const string = { type: 'string' };

const validate = compile<readonly KvEntry[] | null>('kv', {
	...listOf(
		theirs<KvEntry>(
			{
				Key: { ...string, minLength: 1 },
				Value: { ...string, nullable: true },
				ModifyIndex: count,
				Flags: count,
				Session: string,
			},
			['Session'],
		),
	),
	nullable: true,
});

/** Keys with their values, from the API or a watch's stdin; `null` is an empty list. */
export const parseKv: Parse<readonly KvEntry[]> = (value, key) =>
	parserOf(validate)(value, key) ?? [];

/** A value as text; one that is not UTF-8 is an InputError. */
export function textOf(entry: KvEntry): string {
	const bytes = Buffer.from(entry.Value ?? '', 'base64');
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		throw inputError(entry.Key, 'is not UTF-8 text');
	}
}

/** A value that is JSON, parsed; whatever is wrong with it is an InputError that names the key. */
export function parseEntry<T>(entry: KvEntry, parse: Parse<T>): T {
	return parse(parseJson(textOf(entry), entry.Key), entry.Key);
}
