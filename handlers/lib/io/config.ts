/** The only file that imports yaml: operator's files, read strictly. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { specMatrix } from '../decide/matrix.ts';
import { ConfigError, messageOf, UsageError } from '../errors.ts';
import { type Config, parseConfigFile, toConfig } from '../schema/config.ts';
import { parseMatrix } from '../schema/matrix.ts';
import { pointerTo } from '../schema/pointer.ts';
import { configError, type OperatorFile, type Place, problemsError } from '../schema/problems.ts';
import { cut, quote } from '../schema/wording.ts';

const defaultPath = '/etc/hostmonitor/hostmonitor.yaml';
const maxBytes = 1024 * 1024;
/** All that is said of a secret file. */
const unreadable = 'cannot be read as YAML: quote every value that is not a plain word';

/** Where the configuration is: `--config`, else HOSTMONITOR_CONFIG, else under /etc. */
export function configPath(
	argv: readonly string[],
	env: Readonly<Record<string, string | undefined>>,
): string {
	let path = env['HOSTMONITOR_CONFIG'] || defaultPath;
	for (const [index, word] of argv.entries()) {
		if (word === '--') break;
		if (word !== '--config' && !word.startsWith('--config=')) continue;
		const value = word === '--config' ? argv[index + 1] : word.slice('--config='.length);
		if (!value || (word === '--config' && value.startsWith('-'))) {
			throw new UsageError('--config needs a file, as in --config FILE');
		}
		path = value;
	}
	return path;
}

/** The text of an operator's file, or a ConfigError that names it. */
export function readText(file: string): string {
	try {
		const stat = statSync(file);
		if (!stat.isFile()) throw new Error('it is no file');
		if (stat.size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
		const bytes = readFileSync(file);
		return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch (cause) {
		// Node's own message repeats the path: `ENOENT: no such file or directory, open '…'`.
		const [reason = ''] = messageOf(cause).split(', ');
		throw new ConfigError(`${file}: cannot be read: ${reason}`, { cause });
	}
}

/** What a walk over a document finds, by JSON pointer. */
interface Found {
	readonly values: Map<string, number>;
	readonly keys: Map<string, Map<string, number>>;
	readonly problems: {
		readonly offset: number;
		readonly message: string;
		readonly bare?: string;
	}[];
}

/** Notes where everything stands; linear in the file, as yaml's own check of keys is not. */
function walk(node: unknown, pointer: string, found: Found): void {
	if (isAlias(node)) {
		const message = `alias *${cut(node.source, 64)}: expected the value itself, aliases are not taken`;
		const bare = `${unreadable}; aliases are not taken`;
		found.problems.push({ offset: node.range?.[0] ?? 0, message, bare });
	} else if (isSeq(node)) {
		found.values.set(pointer, node.range?.[0] ?? 0);
		for (const [index, item] of node.items.entries()) {
			walk(item, pointer + pointerTo(index), found);
		}
	} else if (isMap(node)) {
		found.values.set(pointer, node.range?.[0] ?? 0);
		const keys = new Map<string, number>();
		found.keys.set(pointer, keys);
		for (const { key, value } of node.items) {
			const text = isScalar(key) ? String(key.value) : '';
			const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
			if (keys.has(text)) {
				const message = `key ${quote(text)} is there twice, expected once`;
				found.problems.push({ offset, message });
			}
			keys.set(text, offset);
			walk(value, pointer + pointerTo(text), found);
		}
	} else if (isScalar(node)) {
		found.values.set(pointer, node.range?.[0] ?? 0);
	}
}

/**
 * Parses an operator's YAML; syntax errors, doubled keys, unknown tags and aliases are ConfigErrors.
 * Those of a `secret` file quote nothing of it: a password that is not quoted may be taken for anything.
 */
export function parseYaml(file: string, text: string, secret = false): OperatorFile {
	const lines = new LineCounter();
	const doc = parseDocument(text, {
		lineCounter: lines,
		prettyErrors: false,
		schema: 'core',
		merge: false,
		resolveKnownTags: false,
		stringKeys: true,
		uniqueKeys: false,
	});
	const placeAt = (offset: number): Place => {
		const { line, col } = lines.linePos(offset);
		return { line: Math.max(line, 1), col: Math.max(col, 1) };
	};
	const found: Found = { values: new Map(), keys: new Map(), problems: [] };
	for (const { message, pos } of [...doc.errors, ...doc.warnings]) {
		found.problems.push({ offset: pos[0], message: cut(message, 200) });
	}
	if (found.problems.length === 0) walk(doc.contents, '', found);
	if (found.problems.length > 0) {
		const placed = found.problems.map(({ offset, message, bare = unreadable }) => {
			return { ...placeAt(offset), message: secret ? bare : message };
		});
		throw configError(file, placed);
	}
	return {
		file,
		value: doc.toJS(),
		keysAt: (pointer) => [...(found.keys.get(pointer)?.keys() ?? [])],
		placeOf: (pointer, key) => {
			const ofKey = key === undefined ? undefined : found.keys.get(pointer)?.get(key);
			let around = pointer;
			while (around !== '' && !found.values.has(around)) around = around.replace(/\/[^/]*$/, '');
			return placeAt(ofKey ?? found.values.get(around) ?? 0);
		},
	};
}

/** The configuration in this file and its matrix; a ConfigError says all that is wrong, and where. */
export async function loadConfig(file: string): Promise<Config> {
	const path = resolve(file);
	const source = parseYaml(path, readText(path));
	const keys = parseConfigFile(source);
	const networks = source.keysAt('/networks');
	if (keys.matrix_file === undefined) return toConfig(source, keys, specMatrix(networks));
	const matrixFile = resolve(dirname(path), keys.matrix_file);
	let text: string;
	try {
		text = readText(matrixFile);
	} catch (error) {
		throw problemsError(source, [{ path: '/matrix_file', message: messageOf(error) }]);
	}
	return toConfig(source, keys, parseMatrix(parseYaml(matrixFile, text), networks));
}
