import { isAbsolute, join } from 'node:path';
import type { Interface } from '../decide/catalog.ts';
import { expectedEndpoint, parseEndpoint } from './address.ts';
import { type Credentials, type Texts, toCredentials, type Wrong } from './cloud-auth.ts';
import type { CloudKeys } from './cloud-keys.ts';
import type { TlsFiles } from './config.ts';

/** Everything that is needed to get a token and to find Masakari, complete. */
export interface Cloud extends Credentials {
	/** For people: `cloud monitor`. */
	readonly name: string;
	/** Keystone's address, ending in `/v3`. */
	readonly authUrl: string;
	readonly region?: string;
	readonly interface: Interface;
	/** Where Masakari is, whatever the catalog says. */
	readonly endpoint?: string;
	/** For Keystone and for Masakari. */
	readonly tls: TlsFiles;
}

type Complain = (found: Wrong) => void;

function authUrlOf(text: Texts, wrong: Complain): string {
	const key = 'auth_url';
	const said = text(key);
	const [profile] = (['profile', 'cloud'] as const).filter((name) => text(name) !== undefined);
	if (said === undefined && profile !== undefined) {
		const message =
			'names a vendor profile, which is not read: expected auth_url and region_name here';
		wrong({ key: profile, message });
		return '';
	}
	const url = parseEndpoint(said ?? '');
	if (url === undefined) {
		const example = 'http:// or https:// address such as https://keystone:5000/v3';
		const what = said === undefined ? 'is missing' : 'is no such address';
		wrong({ key, message: `${what}, expected Keystone's ${example}, without user or query` });
		return '';
	}
	if (/\/v2\.0$/.test(url)) wrong({ key, message: 'is of version 2.0, expected /v3' });
	return /\/v3$/.test(url) ? url : `${url}/v3`;
}

function overrideOf(text: Texts, wrong: Complain): string | undefined {
	const key = 'instance_ha_endpoint_override';
	const said = text(key);
	if (said === undefined) return undefined;
	const url = /[%$]\(/.test(said) ? undefined : parseEndpoint(said);
	if (url === undefined)
		wrong({ key, message: `is no such address, expected ${expectedEndpoint}` });
	return url;
}

function regionOf(keys: CloudKeys, text: Texts, wrong: Complain): string | undefined {
	const said = text('instance_ha_region_name') ?? text('region_name');
	if (said !== undefined) return said;
	const [first, ...more] = keys.regions ?? [];
	if (first === undefined) return undefined;
	if (more.length === 0 && typeof first === 'string') return first;
	wrong({ key: 'regions', message: 'is more than one name, expected region_name to say which' });
	return undefined;
}

function interfaceOf(text: Texts): Interface {
	const said = text('instance_ha_interface') ?? text('interface') ?? text('endpoint_type');
	const plain = said?.replace(/URL$/, '');
	return plain === 'internal' || plain === 'admin' ? plain : 'public';
}

/** `insecure` only where it is said: `verify: false`, or `insecure: true`. */
function tlsOf(keys: CloudKeys, text: Texts, home: string, wrong: Complain): TlsFiles {
	const path = (key: 'cacert' | 'cert' | 'key') => {
		const said = text(key);
		if (said === undefined) return undefined;
		const file = said.startsWith('~/') ? join(home, said.slice(2)) : said;
		if (isAbsolute(file)) return file;
		// openstacksdk would look for it in the working directory, which is / in an agent.
		wrong({ key, message: 'is a relative path, expected an absolute one' });
		return undefined;
	};
	const [caFile, certFile, keyFile] = [path('cacert'), path('cert'), path('key')];
	if (keyFile !== undefined && text('cert') === undefined) {
		wrong({ key: 'cert', message: 'is missing, expected the certificate of key' });
	}
	return {
		...(caFile !== undefined && { caFile }),
		// One file may hold both.
		...(certFile !== undefined && { certFile, keyFile: keyFile ?? certFile }),
		...((keys.verify === false || keys.insecure === true) && { insecure: true }),
	};
}

/** A cloud of which all is said, with openstacksdk's defaults; `wrong` hears of what is not. */
export function toCloud(name: string, keys: CloudKeys, home: string, wrong: Complain): Cloud {
	const inside: CloudKeys = keys.auth ?? {};
	const text: Texts = (key) =>
		[inside[key], keys[key]].find((said) => typeof said === 'string' && said !== '') ?? undefined;
	const region = regionOf(keys, text, wrong);
	const endpoint = overrideOf(text, wrong);
	return {
		name,
		authUrl: authUrlOf(text, wrong),
		...toCredentials(text, wrong),
		...(region !== undefined && { region }),
		interface: interfaceOf(text),
		...(endpoint !== undefined && { endpoint }),
		tls: tlsOf(keys, text, home, wrong),
	};
}
