import { ConfigError } from '../errors.ts';
import { segmentsOf } from './pointer.ts';
import type { SchemaError } from './validate.ts';
import { cut } from './wording.ts';

/** Where in a file something stands, counted from 1. */
export interface Place {
	readonly line: number;
	readonly col: number;
}

/** A YAML file that people write, parsed, with the way back from a value to its line. */
export interface OperatorFile {
	/** Absolute. */
	readonly file: string;
	readonly value: unknown;
	/** Keys of the object at this pointer, in the file's order; a JavaScript object has its own. */
	keysAt(pointer: string): readonly string[];
	/** Where the value at this pointer stands, or one of its keys; else what is around it. */
	placeOf(pointer: string, key?: string): Place;
}

/** Something wrong with a file, at a value or at a key of it. */
export interface Problem {
	readonly path: string;
	readonly message: string;
	readonly key?: string;
}

const maxProblems = 20;

/** A path as people write it: `networks.storage.http_addr`, `matrix[3].health`. */
export function pathText(pointer: string): string {
	const steps = segmentsOf(pointer).map((s) => (/^\d+$/.test(s) ? `[${s}]` : `.${s}`));
	return cut(steps.join('').replace(/^\./, ''), 120);
}

/** A ConfigError of lines `file:line:col: message`, each once, in the file's order, 20 at most. */
export function configError(
	file: string,
	found: readonly (Place & { readonly message: string })[],
): ConfigError {
	const sorted = [...found].sort((a, b) => a.line - b.line || a.col - b.col);
	const lines = new Set(sorted.map((p) => `${file}:${p.line}:${p.col}: ${p.message}`));
	const shown = [...lines].slice(0, maxProblems);
	if (lines.size > maxProblems) shown.push(`${file}: and ${lines.size - maxProblems} more`);
	return new ConfigError(shown.join('\n'));
}

/** All that is wrong with a file, in one ConfigError. */
export function problemsError(source: OperatorFile, problems: readonly Problem[]): ConfigError {
	const placed = problems.map(({ path, key, message }) => {
		const where = path === '' ? '' : `${pathText(path)}: `;
		return { ...source.placeOf(path, key), message: where + message };
	});
	return configError(source.file, placed);
}

/** What a schema found: a key that is too much is shown where it stands. */
export function toProblem({ path, message, keyword, key }: SchemaError): Problem {
	return key === undefined || keyword === 'required' ? { path, message } : { path, message, key };
}
