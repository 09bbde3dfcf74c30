import { compile } from './compile.ts';
import { duration, oneOf, string } from './config-parts.ts';
import { bounds } from './duration.ts';
import { maxName, optionalOurs, ours } from './parts.ts';

/** TLS files as the configuration names them. */
export interface TlsKeys {
	readonly ca_file?: string;
	readonly cert_file?: string;
	readonly key_file?: string;
}

/** One network's agent. */
export interface NetworkKeys extends TlsKeys {
	readonly http_addr: string;
	/** `*` is the host's name. */
	readonly node_names?: string;
	readonly token_file?: string;
}

/** The configuration file as it is written: shapes only, no defaults, nothing looked up. */
export interface ConfigFile {
	readonly networks: Readonly<Record<string, NetworkKeys>>;
	readonly hub?: string;
	readonly kv_prefix?: string;
	readonly matrix_file?: string;
	readonly confirm?: string;
	readonly mode?: 'act' | 'observe';
	readonly hosts?: {
		readonly include?: readonly string[];
		readonly exclude?: readonly string[];
		readonly servers?: boolean;
	};
	readonly storm?: {
		readonly max_hosts?: number;
		readonly max_fraction?: number;
		readonly calm?: string;
	};
	readonly agent_probe?: boolean;
	readonly masakari: TlsKeys & {
		readonly cloud?: string;
		readonly endpoint?: string;
		readonly auth?: 'none';
	};
	readonly fencing?: {
		readonly mode?: 'none' | 'verify' | 'off';
		readonly file?: string;
		readonly readings?: number;
		readonly timeout?: string;
		readonly unproven?: 'hold' | 'unknown';
	};
	readonly cache_dir?: string;
}

const pem = string('the path of a PEM file');
const boolean = { type: 'boolean' };
const patterns = {
	type: 'array',
	maxItems: 1000,
	items: {
		type: 'string',
		pattern: `^\\S{1,${maxName}}$`,
		description: 'a host name or pattern, without spaces',
	},
	description: 'a list of host names or patterns',
};
const tls = { ca_file: pem, cert_file: pem, key_file: pem };
const network = ours<NetworkKeys>(
	{
		http_addr: string('an address such as http://127.0.0.1:8500'),
		node_names: {
			type: 'string',
			pattern: `^[^\\s*]{0,${maxName}}\\*[^\\s*]{0,${maxName}}$`,
			description: 'how nodes are called here, such as *-stor, with one * for the host',
		},
		token_file: string('the path of a file that holds a token'),
		...tls,
	},
	['node_names', 'token_file', 'ca_file', 'cert_file', 'key_file'],
);

const settings = {
	hub: string('the name of a network'),
	kv_prefix: {
		type: 'string',
		maxLength: maxName,
		pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$',
		description: 'a path such as hostmonitor: letters, digits, and . _ - inside, no / at its ends',
	},
	matrix_file: string('a path'),
	confirm: duration(bounds.confirm),
	mode: oneOf('act', 'observe'),
	hosts: optionalOurs<NonNullable<ConfigFile['hosts']>>({
		include: { ...patterns, minItems: 1, description: 'at least one host name or pattern' },
		exclude: patterns,
		servers: boolean,
	}),
	storm: optionalOurs<NonNullable<ConfigFile['storm']>>({
		max_hosts: { type: 'integer', minimum: 1, maximum: 1000, description: 'from 1 to 1000 hosts' },
		max_fraction: {
			type: 'number',
			exclusiveMinimum: 0,
			maximum: 1,
			description: 'a number above 0, at most 1',
		},
		calm: duration(bounds.calm),
	}),
	agent_probe: boolean,
	fencing: optionalOurs<NonNullable<ConfigFile['fencing']>>({
		mode: oneOf('none', 'verify', 'off'),
		file: string('the path of the file that names the fence agents'),
		readings: { type: 'integer', minimum: 1, maximum: 10, description: 'from 1 to 10 readings' },
		timeout: duration(bounds.fencing),
		unproven: oneOf('hold', 'unknown'),
	}),
	cache_dir: string('the path of a directory'),
};

const networks = {
	type: 'object',
	minProperties: 1,
	maxProperties: 8,
	propertyNames: {
		pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$',
		description: 'a name of letters, digits, _ and -, at most 64, a letter or digit first',
	},
	additionalProperties: network,
	description: 'from 1 to 8 networks by name',
};

const masakari = {
	...optionalOurs<ConfigFile['masakari']>({
		cloud: string('the name of a cloud in clouds.yaml'),
		endpoint: string('an address such as http://masakari:15868/v1'),
		auth: oneOf('none'),
		...tls,
	}),
	description: '{ cloud: NAME }, {} or { endpoint: URL, auth: none }',
};

/** Whether a parsed YAML file has the shape of a configuration. */
export const validateConfigFile = compile<ConfigFile>(
	'config',
	{
		...optionalOurs<ConfigFile>({ networks, ...settings, masakari }),
		required: ['networks', 'masakari'],
	},
	{ allErrors: true },
);
