import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { valueAt } from '../../handlers/lib/schema/pointer.ts';
import type { Host } from './cloud-host.ts';
import { renderNetwork } from './render.ts';

const DIST = resolve(import.meta.dirname, '../../dist');

/** What the controllers run: `prefix` is a copy of `dist/`, `settings` go into hostmonitor.yaml. */
export interface Plugins {
	readonly prefix?: string;
	readonly node?: string;
	readonly settings?: Readonly<Record<string, unknown>>;
}

/** Writes a controller's hostmonitor.yaml and the rendered files of its agents, and tells nobody. */
export function writePlugins(
	controller: Host,
	networks: readonly string[],
	{ prefix = DIST, node = process.execPath, settings = {} }: Plugins,
	where = networks,
): void {
	const configFile = controller.configure(settings);
	const hub = String(settings['hub'] ?? networks[0]);
	const kvPrefix = String(settings['kv_prefix'] ?? 'hostmonitor');
	const fencing = (valueAt(settings, '/fencing/mode') ?? 'none') !== 'none';
	for (const network of where) {
		const { configDir } = controller.agent(network);
		const input = { networks, hub, kvPrefix, configFile, network, prefix, node, fencing };
		for (const { name, content } of renderNetwork(input)) {
			writeFileSync(join(configDir, name), content);
		}
	}
}

/** Installing is what an operator does: copy the files, then reload each agent once. */
export async function installPlugins(
	controller: Host,
	networks: readonly string[],
	plugins: Plugins,
	where = networks,
): Promise<void> {
	writePlugins(controller, networks, plugins, where);
	await Promise.all(where.map((network) => controller.agent(network).reload()));
}
