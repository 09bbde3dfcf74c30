/**
 * `npm run build`: bundles each executable into one file of `dist/` that needs nothing but Node.
 * A file of `dist/` is only ever replaced by its successor: an agent may run it at any moment.
 */
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { standaloneValidators } from './lib/standalone.ts';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

await main();

async function main(): Promise<void> {
	const entryPoints = await executables();
	await mkdir(join(root, '.cache'), { recursive: true });
	const work = await mkdtemp(join(root, '.cache/build-'));
	try {
		const files = [...(await bundle(entryPoints, work)), 'package.json'];
		await writeFile(join(work, 'package.json'), '{ "type": "commonjs" }\n');
		await publish(work, files);
		// On stderr: before `npm run demo -- --json` it would be no line of JSON.
		console.error(`dist: ${files.length - 1} executables`);
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}

async function executables(): Promise<string[]> {
	const found = ['scripts/hostmonitor.ts'];
	for (const directory of ['handlers', 'checks']) {
		for (const entry of await readdir(join(root, directory), { withFileTypes: true })) {
			if (entry.isFile() && entry.name.endsWith('.ts')) found.push(join(directory, entry.name));
		}
	}
	return found.sort();
}

async function bundle(entryPoints: readonly string[], work: string): Promise<string[]> {
	const { outputFiles, metafile } = await build({
		absWorkingDir: root,
		entryPoints: [...entryPoints],
		outbase: root,
		outdir: work,
		bundle: true,
		platform: 'node',
		target: 'node20',
		format: 'cjs',
		charset: 'utf8',
		metafile: true,
		write: false,
		logLevel: 'warning',
		logOverride: { 'empty-import-meta': 'error' },
		plugins: [await standaloneValidators(root)],
	});
	refuse(metafile);
	for (const { path, text } of outputFiles) {
		await mkdir(dirname(path), { recursive: true });
		await writeFile(path, text.replace(/^(#!.*\n)?/, '#!/usr/bin/env node\n'));
		await chmod(path, 0o755);
	}
	return outputFiles.map(({ path }) => path.slice(work.length + 1));
}

// Loading the schema compiler takes longer than all else a handler does.
function refuse({ inputs, outputs }: Metafile): void {
	const compiler = Object.keys(inputs).find((path) => /\/ajv\/(?!dist\/runtime\/)/.test(path));
	if (compiler !== undefined) throw new Error(`the schema compiler is in a bundle: ${compiler}`);
	const imports = Object.values(outputs).flatMap((output) => output.imports);
	const missing = imports.find(({ path, external }) => external && !isBuiltin(path));
	if (missing !== undefined) throw new Error(`a bundle would need ${missing.path} beside it`);
}

async function publish(work: string, files: readonly string[]): Promise<void> {
	for (const file of files) {
		await mkdir(dirname(join(dist, file)), { recursive: true });
		await rename(join(work, file), join(dist, file));
	}
	for (const file of await readdir(dist, { recursive: true, withFileTypes: true })) {
		const path = join(file.parentPath, file.name);
		if (file.isFile() && !files.includes(path.slice(dist.length + 1))) await rm(path);
	}
}
