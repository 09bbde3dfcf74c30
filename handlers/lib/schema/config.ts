import { dirname, resolve } from 'node:path';
import type { Matrix } from '../decide/matrix.ts';
import type { FencingSettings, Settings } from '../decide/settings.ts';
import { parseEndpoint, parseOrigin } from './address.ts';
import {
	type ConfigFile,
	type NetworkKeys,
	type TlsKeys,
	validateConfigFile,
} from './config-file.ts';
import { configProblems } from './config-rules.ts';
import { digestOf } from './digest.ts';
import { parseDuration } from './duration.ts';
import { type OperatorFile, problemsError, toProblem } from './problems.ts';

/** Absolute paths of PEM files. */
export interface TlsFiles {
	readonly caFile?: string;
	readonly certFile?: string;
	readonly keyFile?: string;
	/** Only clouds.yaml can say so. */
	readonly insecure?: true;
}

/** How to reach one network's agent. */
export interface ConsulAddress {
	/** Without a slash at the end. */
	readonly httpAddr: string;
	readonly tokenFile?: string;
	readonly tls: TlsFiles;
}

/** How to reach Masakari: by clouds.yaml or the OS_* variables, or plainly. */
export type MasakariAddress =
	| { readonly auth: 'none'; readonly endpoint: string; readonly tls: TlsFiles }
	| {
			readonly auth: 'keystone';
			/** In clouds.yaml; absent: what OS_CLOUD names, or the OS_* variables. */
			readonly cloud?: string;
	  };

/** The configuration, complete: defaults in place, paths absolute, times in milliseconds. */
export interface Config {
	readonly file: string;
	readonly kvPrefix: string;
	/** By name; their order is `settings.networks`. */
	readonly networks: Readonly<Record<string, ConsulAddress>>;
	readonly masakari: MasakariAddress;
	/** What names the fence agents, and holds their secrets; absent where nothing is fenced. */
	readonly fencingFile?: string;
	/** Where tokens are kept between runs. */
	readonly cacheDir: string;
	readonly settings: Settings;
	/** Of what decisions rest on: `settings` without `mode`. */
	readonly digest: string;
}

/** A configuration file in which nothing is wrong, or a ConfigError that says all that is. */
export function parseConfigFile(source: OperatorFile): ConfigFile {
	const shape = validateConfigFile(source.value);
	const rules = [...configProblems(source)];
	if (shape.ok && rules.length === 0) return shape.value;
	throw problemsError(source, [...(shape.ok ? [] : shape.errors.map(toProblem)), ...rules]);
}

function toTls(base: string, { ca_file, cert_file, key_file }: TlsKeys): TlsFiles {
	return {
		...(ca_file === undefined ? {} : { caFile: resolve(base, ca_file) }),
		...(cert_file === undefined ? {} : { certFile: resolve(base, cert_file) }),
		...(key_file === undefined ? {} : { keyFile: resolve(base, key_file) }),
	};
}

function toConsulAddress(base: string, keys: NetworkKeys): ConsulAddress {
	const { http_addr, token_file } = keys;
	return {
		httpAddr: parseOrigin(http_addr) ?? http_addr,
		...(token_file === undefined ? {} : { tokenFile: resolve(base, token_file) }),
		tls: toTls(base, keys),
	};
}

function toMasakariAddress(base: string, keys: ConfigFile['masakari']): MasakariAddress {
	if (keys.cloud !== undefined) return { auth: 'keystone', cloud: keys.cloud };
	if (keys.endpoint === undefined) return { auth: 'keystone' };
	const { endpoint } = keys;
	return { auth: 'none', endpoint: parseEndpoint(endpoint) ?? endpoint, tls: toTls(base, keys) };
}

function toFencing(keys: ConfigFile['fencing'] = {}): FencingSettings {
	const { mode = 'none', readings = 3, timeout = '10s', unproven = 'hold' } = keys;
	if (mode === 'none') return { mode };
	return { mode, readings, timeoutMs: parseDuration(timeout) ?? 0, unproven };
}

function toSettings(keys: ConfigFile, networks: readonly string[], matrix: Matrix): Settings {
	const { hosts, storm } = keys;
	return {
		networks,
		hub: keys.hub ?? networks[0] ?? '',
		nodeNames: Object.fromEntries(
			Object.entries(keys.networks).flatMap(([network, { node_names: rule = '*' }]) =>
				rule === '*' ? [] : [[network, rule]],
			),
		),
		matrix,
		confirmMs: parseDuration(keys.confirm ?? '15s') ?? 0,
		mode: keys.mode ?? 'act',
		hosts: {
			include: hosts?.include ?? ['*'],
			exclude: hosts?.exclude ?? [],
			servers: hosts?.servers ?? false,
		},
		storm: {
			maxHosts: storm?.max_hosts ?? 10,
			maxFraction: storm?.max_fraction ?? 0.25,
			calmMs: parseDuration(storm?.calm ?? '60s') ?? 0,
		},
		agentProbe: keys.agent_probe ?? true,
		fencing: toFencing(keys.fencing),
	};
}

/** Completes a checked file: with the defaults, and with the matrix that it names or implies. */
export function toConfig(source: OperatorFile, keys: ConfigFile, matrix: Matrix): Config {
	const base = dirname(source.file);
	const settings = toSettings(keys, source.keysAt('/networks'), matrix);
	const networks = Object.entries(keys.networks);
	const fenced = settings.fencing.mode !== 'none';
	return {
		file: source.file,
		kvPrefix: keys.kv_prefix ?? 'hostmonitor',
		networks: Object.fromEntries(networks.map(([n, k]) => [n, toConsulAddress(base, k)])),
		masakari: toMasakariAddress(base, keys.masakari),
		...(fenced && { fencingFile: resolve(base, keys.fencing?.file ?? 'fencing.yaml') }),
		cacheDir: resolve(base, keys.cache_dir ?? '/var/cache/hostmonitor'),
		settings,
		digest: digestOf(settings),
	};
}
