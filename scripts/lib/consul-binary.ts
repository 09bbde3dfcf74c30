import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

const CACHED = resolve(import.meta.dirname, '../../.cache/consul/consul');

/** Consul's binary is where `scripts/setup` looks: CONSUL_BIN, then PATH, then .cache. */
export function consulBinary(env: NodeJS.ProcessEnv = process.env): string {
	if (env['CONSUL_BIN']) {
		if (isExecutable(env['CONSUL_BIN'])) return resolve(env['CONSUL_BIN']);
		throw new Error(`CONSUL_BIN=${env['CONSUL_BIN']} is not an executable file`);
	}
	const onPath = (env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
	const candidates = [...onPath.map((directory) => resolve(directory, 'consul')), CACHED];
	const found = candidates.find(isExecutable);
	if (found === undefined) throw new Error('no Consul binary: run scripts/setup');
	return found;
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return statSync(file).isFile();
	} catch {
		return false;
	}
}
