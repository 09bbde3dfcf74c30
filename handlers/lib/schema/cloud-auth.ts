import type { AuthKey, CloudKeys, TextKey } from './cloud-keys.ts';

/** Something wrong with a key of a cloud, in words that follow the key's name. */
export interface Wrong {
	readonly key: keyof CloudKeys;
	readonly message: string;
}

/** What stands at a key, in `auth` or beside it; an empty text is none. */
export type Texts = (key: TextKey) => string | undefined;

type Domain = { readonly id: string } | { readonly name: string };
/** A thing of Keystone's by its id, or by its name within a domain. */
export type Named = { readonly id: string } | { readonly name: string; readonly domain: Domain };

/** Who asks for a token, and for which project; an application credential has its own. */
export type Identity =
	| { readonly method: 'password'; readonly user: Named; readonly project: Named }
	| { readonly method: 'application_credential'; readonly id: string }
	| { readonly method: 'application_credential'; readonly name: string; readonly user: Named };

/** Beside it, what proves it. */
export interface Credentials {
	readonly identity: Identity;
	readonly secret: string;
}

const nobody: Named = { id: '' };

function domainOf(kind: 'user' | 'project', text: Texts): Domain | undefined {
	const keys: readonly (readonly [AuthKey, AuthKey])[] = [
		[`${kind}_domain_id`, `${kind}_domain_name`],
		['domain_id', 'domain_name'],
		['default_domain_id', 'default_domain_name'],
	];
	for (const [byId, byName] of keys) {
		const id = text(byId);
		if (id !== undefined) return { id };
		const name = text(byName);
		if (name !== undefined) return { name };
	}
	const id = text('default_domain'); // an id, in spite of its name
	return id === undefined ? undefined : { id };
}

function named(
	kind: 'user' | 'project',
	keys: { readonly id: readonly AuthKey[]; readonly name: readonly AuthKey[] },
	text: Texts,
	wrong: (found: Wrong) => void,
): Named {
	const first = (among: readonly AuthKey[]) => among.map(text).find((value) => value !== undefined);
	const id = first(keys.id);
	if (id !== undefined) return { id };
	const [idKey = 'user_id'] = keys.id;
	const [key = 'username'] = keys.name;
	const name = first(keys.name);
	if (name === undefined) {
		wrong({ key, message: `is missing, expected the name of the ${kind}, or ${idKey}` });
		return nobody;
	}
	const domain = domainOf(kind, text);
	if (domain !== undefined) return { name, domain };
	const message = `is missing, expected the domain of the ${kind}, or ${kind}_domain_id`;
	wrong({ key: `${kind}_domain_name`, message });
	return nobody;
}

const userKeys = { id: ['user_id'], name: ['username'] } as const;
const projectKeys = {
	id: ['project_id', 'tenant_id'],
	name: ['project_name', 'tenant_name'],
} as const;

/** Whether it is by password or application credential; null is neither. */
function methodOf(text: Texts): Identity['method'] | null {
	const type = text('auth_type')?.toLowerCase();
	if (type === 'v3applicationcredential') return 'application_credential';
	if (type === 'password' || type === 'v3password') return 'password';
	if (type !== undefined) return null;
	// openstacksdk would take it for a password; nobody means that.
	return text('application_credential_secret') === undefined
		? 'password'
		: 'application_credential';
}

/** Who asks, as openstacksdk reads it; `wrong` hears of everything that keeps it from being used. */
export function toCredentials(text: Texts, wrong: (found: Wrong) => void): Credentials {
	const method = methodOf(text);
	for (const key of ['system_scope', 'trust_id'] as const) {
		if (text(key) === undefined) continue;
		wrong({ key, message: 'is not supported, expected a project of the user' });
	}
	if (method === null) {
		const expected = 'expected one of: password, v3password, v3applicationcredential';
		wrong({ key: 'auth_type', message: `is not supported, ${expected}` });
		return { identity: { method: 'password', user: nobody, project: nobody }, secret: '' };
	}
	const key = method === 'password' ? 'password' : 'application_credential_secret';
	const secret = text(key) ?? '';
	if (secret === '') wrong({ key, message: 'is missing' });
	if (method === 'password') {
		const user = named('user', userKeys, text, wrong);
		// A token without a project has no catalog.
		const project = named('project', projectKeys, text, wrong);
		return { identity: { method, user, project }, secret };
	}
	const id = text('application_credential_id');
	if (id !== undefined) return { identity: { method, id }, secret };
	const name = text('application_credential_name');
	if (name === undefined) {
		const message = 'is missing, expected the id, or application_credential_name and its user';
		wrong({ key: 'application_credential_id', message });
		return { identity: { method, id: '' }, secret };
	}
	return { identity: { method, name, user: named('user', userKeys, text, wrong) }, secret };
}
