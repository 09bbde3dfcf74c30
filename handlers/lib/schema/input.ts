import { InputError } from '../errors.ts';
import { isTooDeep, tooDeep } from './nesting.ts';
import type { Validate } from './validate.ts';
import { cut, quote } from './wording.ts';

/** Takes a value for what it must be, or throws an InputError that names the key it came from. */
export type Parse<T> = (value: unknown, key: string) => T;

/** An InputError about a key, short enough for a log line. */
export function inputError(key: string, message: string, options?: ErrorOptions): InputError {
	return new InputError(`${cut(key, 300)}: ${cut(message, 300)}`, options);
}

/** The first error is enough: nobody edits this by hand. */
export function parserOf<T>(validate: Validate<T>): Parse<T> {
	return (value, key) => {
		const result = validate(value);
		if (result.ok) return result.value;
		const [first] = result.errors;
		const where = first?.path ? `${cut(first.path, 120)} ` : '';
		throw inputError(key, `${where}${first?.message ?? 'is not as agreed'}`);
	};
}

/** JSON text, or an InputError that shows no more than how the text begins. */
export function parseJson(text: string, key: string): unknown {
	if (isTooDeep(text)) throw inputError(key, `is not JSON as agreed: ${tooDeep}`);
	try {
		return JSON.parse(text);
	} catch {
		// JSON.parse's own message quotes from the middle of the text.
		throw inputError(key, text === '' ? 'is empty' : `is not JSON: ${quote(text, 40)}`);
	}
}
