import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import { registry } from '../../handlers/lib/schema/compile.ts';

const NAMESPACE = 'validator';

/** Replaces `schema/compile.ts` by validators compiled now: a bundle holds no schema compiler. */
export async function standaloneValidators(root: string): Promise<Plugin> {
	const directory = join(root, 'handlers/lib/schema');
	// Each schema registers itself when its module is loaded.
	for (const file of (await readdir(directory)).sort()) {
		if (file.endsWith('.ts')) await import(pathToFileURL(join(directory, file)).href);
	}
	return {
		name: 'standalone-validators',
		setup({ onLoad, onResolve }) {
			onLoad({ filter: /\/handlers\/lib\/schema\/compile\.ts$/ }, () => ({
				contents: finder([...registry.keys()]),
				loader: 'js',
				resolveDir: directory,
			}));
			onResolve({ filter: /^validator:/ }, ({ path }) => ({
				path: path.slice('validator:'.length),
				namespace: NAMESPACE,
			}));
			onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
				contents: validatorCode(path),
				loader: 'js',
				resolveDir: root,
			}));
		},
	};
}

// The same exports as compile.ts. A validator nobody asks for is not even evaluated.
function finder(names: readonly string[]): string {
	const cases = names.map((name) => {
		const text = JSON.stringify(name);
		return `${text}: () => require(${JSON.stringify(`validator:${name}`)}),`;
	});
	return [
		"import { asValidate } from './validate.ts';",
		'export const registry = new Map();',
		`const validators = {\n${cases.join('\n')}\n};`,
		'export function compile(name, schema) {',
		"	if (!Object.hasOwn(validators, name)) throw new Error('no validator for schema ' + name);",
		'	return asValidate(validators[name](), schema);',
		'}',
	].join('\n');
}

function validatorCode(name: string): string {
	const registered = registry.get(name);
	if (registered === undefined) throw new Error(`schema ${name} is not registered`);
	const { schema, allErrors } = registered;
	const ajv = new Ajv({ strict: true, allErrors, code: { source: true } });
	return standalone.default(ajv, ajv.compile(schema));
}
