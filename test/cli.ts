import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { emptySnapshot, type Snapshot } from '../handlers/lib/decide/snapshot.ts';
import { type Cloud, startCloud } from '../scripts/lib/cloud.ts';
import { standaloneValidators } from '../scripts/lib/standalone.ts';

const root = resolve(import.meta.dirname, '..');
const script = join(root, 'scripts/hostmonitor.ts');

/** A key as KV has it. */
export interface Stored {
	readonly text: string;
	readonly index: number;
}

/** A small cloud, and the command as an operator runs it on its controller. */
export interface Cli {
	readonly cloud: Cloud;
	readonly dir: string;
	/** The controller's configuration file. */
	readonly config: string;
	/** Runs `hostmonitor ARGS`, bundled as operators have it, in `/` with a bare environment. */
	run(...argv: string[]): Promise<Ended>;
	/** Expects this exit code; what was said on the stream that goes with it. */
	ends(exitCode: number, ...argv: string[]): Promise<string>;
	/** KV below our prefix, not by our own client. */
	put(key: string, value: unknown): Promise<void>;
	remove(key: string): Promise<void>;
	get(key: string): Promise<Stored | null>;
	json(key: string): Promise<Record<string, unknown>>;
	/** All keys and values at once, with their indexes. */
	dump(): Promise<string>;
	close(): Promise<void>;
}

/** How a command ended. */
export interface Ended {
	readonly exitCode: number | undefined;
	readonly stdout: string;
	readonly stderr: string;
}

/** A snapshot with these lists, the others empty. */
export const snapshotWith = (lists: Partial<Snapshot>): Snapshot => ({
	...emptySnapshot,
	...lists,
});

/** Runs the source tree's command as it is, without a bundle. */
export async function runSource(argv: readonly string[]): Promise<Ended> {
	const node = ['--import', import.meta.resolve('tsx'), script, ...argv];
	return await spawn(node, {});
}

/** A cluster per network, with one controller and so many compute hosts. */
export async function startCli(computes = 0, settings: object = {}): Promise<Cli> {
	const bundles = mkdtempSync(join(tmpdir(), 'hostmonitor-cli-'));
	const outfile = join(bundles, 'hostmonitor.cjs');
	const plugins = [await standaloneValidators(root)];
	const entryPoints = [script];
	await build({ entryPoints, bundle: true, platform: 'node', format: 'cjs', outfile, plugins });
	const networks = ['management', 'storage'];
	const cloud = await startCloud({ networks, controllers: 1, computes, gossip: 'fast' });
	const controller = cloud.host('controller-1');
	const masakari = { endpoint: 'http://127.0.0.1:1/v1', auth: 'none' };
	const config = controller.configure({ masakari, ...settings });
	const env = { HOSTMONITOR_CONFIG: config, SUDO_USER: 'ann' };

	const kv = `${controller.agent('management').http}/v1/kv/hostmonitor/`;
	const call = async (method: string, path: string, body?: string) => {
		const answer = await fetch(kv + path, { method, ...(body !== undefined && { body }) });
		assert.ok(answer.ok || answer.status === 404, `${path}: ${answer.status}`);
		return answer;
	};
	const get = async (key: string) => {
		const answer = await call('GET', `${key}?consistent`);
		if (answer.status === 404) return null;
		const entries = (await answer.json()) as { Value: string; ModifyIndex: number }[];
		const [{ Value, ModifyIndex } = assert.fail()] = entries;
		return { text: Buffer.from(Value, 'base64').toString(), index: ModifyIndex };
	};
	const run = (...argv: string[]) => spawn([outfile, ...argv], env);
	return {
		...{ cloud, dir: controller.dir, config, get, run },
		ends: async (exitCode, ...argv) => {
			const ended = await run(...argv);
			const said = `${argv.join(' ')}: ${ended.stdout}${ended.stderr}`;
			assert.equal(ended.exitCode, exitCode, said);
			return exitCode === 0 ? ended.stdout : ended.stderr;
		},
		put: async (key, value) => {
			await call('PUT', key, typeof value === 'string' ? value : JSON.stringify(value));
		},
		remove: async (key) => void (await call('DELETE', key)),
		json: async (key) => JSON.parse((await get(key))?.text ?? '{}'),
		dump: async () => (await call('GET', '?recurse&consistent')).text(),
		close: async () => {
			await cloud.close();
			rmSync(bundles, { recursive: true, force: true });
		},
	};
}

async function spawn(
	argv: readonly string[],
	env: Readonly<Record<string, string>>,
): Promise<Ended> {
	const { exitCode, stdout, stderr } = await execa(process.execPath, argv, {
		...{ cwd: '/', env: { PATH: '/usr/bin:/bin', ...env }, extendEnv: false, reject: false },
	});
	return { exitCode, stdout, stderr };
}
