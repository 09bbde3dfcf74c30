import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigError } from '../errors.ts';
import { type Cloud, toCloud } from '../schema/cloud.ts';
import type { Wrong } from '../schema/cloud-auth.ts';
import { environmentKeys } from '../schema/cloud-environment.ts';
import type { CloudKeys } from '../schema/cloud-keys.ts';
import { cloudKeys, cloudNames, complaintsOf } from '../schema/clouds-file.ts';
import type { OperatorFile } from '../schema/problems.ts';
import { parseYaml, readText } from './config.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** A cloud, where it was found, and what an operator should know of that. */
export interface FoundCloud {
	readonly cloud: Cloud;
	readonly files: readonly string[];
	readonly warnings: readonly string[];
}

const unverified = 'the certificates of Keystone and Masakari are not checked';

/** The file that a variable names, or the first one on openstacksdk's search path. */
function findFile(name: 'clouds' | 'secure', variable: string, env: Env): string | undefined {
	const named = env[variable];
	if (named) return resolve(named);
	const home = env['HOME'] || homedir();
	return ['.', join(home, '.config/openstack'), '/etc/openstack']
		.flatMap((folder) => ['yaml', 'yml', 'json'].map((ending) => `${folder}/${name}.${ending}`))
		.map((path) => resolve(path))
		.find((path) => existsSync(path));
}

function readFile(file: string): OperatorFile {
	const source = parseYaml(file, readText(file), true);
	if ((statSync(file).mode & 0o002) !== 0) {
		throw new ConfigError(`${file}: anybody can write to it: it says where passwords are sent`);
	}
	return source;
}

function leaks({ file }: OperatorFile): string[] {
	const bits = statSync(file).mode & 0o777;
	if ((bits & 0o004) === 0) return [];
	const octal = bits.toString(8).padStart(4, '0');
	return [`${file}: has mode ${octal}, expected 0640: it holds a password that anybody can read`];
}

/** The keys of one file over those of another, as openstacksdk merges secure.yaml. */
function merged(under: CloudKeys, over: CloudKeys): CloudKeys {
	return { ...under, ...over, auth: { ...under.auth, ...over.auth } };
}

const holdsSecret = (keys: CloudKeys) =>
	[keys, keys.auth ?? {}].some((k) => k.password || k.application_credential_secret);

function fromFiles(name: string, env: Env, home: string): FoundCloud {
	const paths = [
		findFile('clouds', 'OS_CLIENT_CONFIG_FILE', env),
		findFile('secure', 'OS_CLIENT_SECURE_FILE', env),
	].filter((path) => path !== undefined);
	if (paths.length === 0) {
		const places = `., ${join(home, '.config/openstack')} and /etc/openstack`;
		throw new ConfigError(
			`cloud ${name}: no clouds.yaml in ${places}, and no OS_CLIENT_CONFIG_FILE that names one`,
		);
	}
	const sources = paths.map(readFile);
	const found = sources.flatMap((source) => {
		const keys = cloudKeys(source, name);
		return keys === undefined ? [] : [{ source, keys }];
	});
	if (found.length === 0) {
		const known = [...new Set(sources.flatMap(cloudNames))].join(', ');
		throw new ConfigError(`${paths.join(', ')}: no cloud ${name}, only: ${known || 'none'}`);
	}
	const keys = found.map((each) => each.keys).reduce(merged, {});
	const wrong: Wrong[] = [];
	const cloud = toCloud(`cloud ${name}`, keys, home, (each) => wrong.push(each));
	const places = found.map(({ source }) => source).reverse(); // what secure.yaml says stands there
	if (wrong.length > 0) throw complaintsOf(places, name, wrong);
	return {
		cloud,
		files: found.map(({ source }) => source.file),
		warnings: [
			...found.filter((each) => holdsSecret(each.keys)).flatMap(({ source }) => leaks(source)),
			...(cloud.tls.insecure ? [`cloud ${name}: verify is false: ${unverified}`] : []),
		],
	};
}

function fromEnvironment(env: Env, home: string): FoundCloud {
	const refuse = (wrong: readonly Wrong[]) => {
		const lines = wrong.map(({ key, message }) => `OS_${key.toUpperCase()} ${message}`);
		if (lines.length > 0) throw new ConfigError(lines.join('\n'));
	};
	const [misread, wrong]: [Wrong[], Wrong[]] = [[], []];
	const keys = environmentKeys(env, (each) => misread.push(each));
	refuse(misread);
	const cloud = toCloud('the OS_* variables', keys, home, (each) => wrong.push(each));
	refuse(wrong);
	const warnings = cloud.tls.insecure ? [`OS_INSECURE is set: ${unverified}`] : [];
	return { cloud, files: [], warnings };
}

/** The cloud of this name, or that OS_CLOUD or the OS_* variables mean; a ConfigError shows no secret. */
export function loadCloud(configured: string | undefined, env: Env): FoundCloud {
	const home = env['HOME'] || homedir();
	const name = configured ?? (env['OS_CLOUD'] || undefined);
	const ofVariables = env['OS_CLOUD_NAME'] || 'envvars';
	if (name !== undefined && name !== ofVariables) return fromFiles(name, env, home);
	if (name === undefined && !env['OS_AUTH_URL']) {
		throw new ConfigError(
			'masakari: names no cloud, and neither OS_CLOUD nor OS_AUTH_URL is set: expected one of them',
		);
	}
	return fromEnvironment(env, home);
}
