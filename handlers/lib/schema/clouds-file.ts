import { ConfigError } from '../errors.ts';
import type { Wrong } from './cloud-auth.ts';
import { type CloudKeys, plainKey, validateCloudKeys, validateCloudsFile } from './cloud-keys.ts';
import { pointerTo, valueAt } from './pointer.ts';
import { type OperatorFile, type Problem, problemsError, toProblem } from './problems.ts';

/** The names of a file's clouds; what is no object is no cloud, and may be half a password. */
export function cloudNames({ value }: OperatorFile): string[] {
	const file = validateCloudsFile(value);
	if (!file.ok) return [];
	const clouds = Object.entries(file.value.clouds);
	return clouds.flatMap(([name, keys]) =>
		typeof keys === 'object' && keys !== null ? [name] : [],
	);
}

/** openstacksdk takes dashes in keys; a key of ours that is written so must not be passed over. */
function* dashes(source: OperatorFile, path: string): Generator<Problem> {
	for (const at of [path, `${path}/auth`]) {
		for (const key of source.keysAt(at)) {
			const plain = plainKey(key);
			if (plain !== undefined) yield { path: at, key, message: `has ${key}, expected ${plain}` };
		}
	}
}

/** What a file says of one cloud; undefined where it does not know it; a ConfigError shows no value. */
export function cloudKeys(source: OperatorFile, name: string): CloudKeys | undefined {
	const file = validateCloudsFile(source.value);
	if (!file.ok) throw problemsError(source, file.errors.map(toProblem));
	const path = pointerTo('clouds', name);
	const value = valueAt(source.value, path);
	if (value === undefined) return undefined;
	const keys = validateCloudKeys(value);
	const found = [
		...(keys.ok ? [] : keys.errors.map(toProblem)).map((p) => ({ ...p, path: path + p.path })),
		...dashes(source, path),
	];
	if (keys.ok && found.length === 0) return keys.value;
	throw problemsError(source, found);
}

/** A ConfigError that says where each key stands, in the first of these files that has it. */
export function complaintsOf(
	sources: readonly OperatorFile[],
	name: string,
	wrong: readonly Wrong[],
): ConfigError {
	const cloud = pointerTo('clouds', name);
	const place = (source: OperatorFile, key: string) =>
		[`${cloud}/auth`, cloud].find((path) => valueAt(source.value, `${path}/${key}`) !== undefined);
	const of = ({ key }: Wrong) => sources.find((s) => place(s, key) !== undefined) ?? sources.at(-1);
	const errors = sources.flatMap((source) => {
		const problems = wrong
			.filter((each) => of(each) === source)
			.map(({ key, message }) => {
				return { path: place(source, key) ?? cloud, key, message: `${key} ${message}` };
			});
		return problems.length === 0 ? [] : [problemsError(source, problems).message];
	});
	return new ConfigError(errors.join('\n'));
}
