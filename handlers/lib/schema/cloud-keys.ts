import { compile } from './compile.ts';
import { oneOf } from './config-parts.ts';

const authNames = [
	...(['auth_url', 'username', 'user_id', 'password'] as const),
	...(['project_id', 'project_name', 'tenant_id', 'tenant_name'] as const),
	...(['user_domain_id', 'user_domain_name', 'project_domain_id', 'project_domain_name'] as const),
	...(['domain_id', 'domain_name'] as const),
	...(['default_domain', 'default_domain_id', 'default_domain_name'] as const),
	...(['application_credential_id', 'application_credential_name'] as const),
	...(['application_credential_secret', 'system_scope', 'trust_id'] as const),
];
const plainNames = [
	...(['auth_type', 'profile', 'cloud', 'cacert', 'cert', 'key'] as const),
	...(['region_name', 'instance_ha_region_name', 'instance_ha_endpoint_override'] as const),
];
const interfaces = ['public', 'internal', 'admin', 'publicURL', 'internalURL', 'adminURL'];
const interfaceNames = ['interface', 'endpoint_type', 'instance_ha_interface'] as const;
const switchNames = ['verify', 'insecure'] as const;

/** Keys of `auth`, which openstacksdk also takes beside it. */
export type AuthKey = (typeof authNames)[number];
/** Keys whose values are text. */
export type TextKey = AuthKey | (typeof plainNames)[number] | (typeof interfaceNames)[number];
type Texts<K extends string> = { readonly [key in K]?: string | null };

/** One cloud of clouds.yaml or of secure.yaml, or the OS_* variables: what we use of it. */
export type CloudKeys = Texts<TextKey> & {
	readonly [key in (typeof switchNames)[number]]?: boolean | null;
} & {
	readonly auth?: Texts<AuthKey> | null;
	/** Names, or objects with a name and what differs in that region. */
	readonly regions?: readonly unknown[] | null;
};

const text = {
	...{ type: 'string', nullable: true, maxLength: 4096 },
	description: 'text, in quotes where it is no plain word',
};
const each = (names: readonly string[], schema: object) =>
	Object.fromEntries(names.map((name) => [name, schema]));
const auth = each(authNames, text);
/** Whether what clouds.yaml says of one cloud has the right types as far as we use it. */
export const validateCloudKeys = compile<CloudKeys>(
	'cloud',
	{
		type: 'object',
		properties: {
			...auth,
			...each(plainNames, text),
			...each(interfaceNames, {
				...oneOf(...interfaces),
				nullable: true,
				enum: [...interfaces, null],
			}),
			...each(switchNames, { type: 'boolean', nullable: true }),
			auth: {
				type: 'object',
				nullable: true,
				properties: auth,
				description: 'keys such as auth_url',
			},
			// What we do not know of is for others: it is not our file.
			regions: { type: 'array', nullable: true },
		},
	},
	{ allErrors: true },
);

const switches: readonly string[] = switchNames;
const known: readonly string[] = [...authNames, ...plainNames, ...interfaceNames, ...switches];

/** The key of ours that this one, with dashes, means to openstacksdk. */
export function plainKey(key: string): string | undefined {
	const plain = key.replaceAll('-', '_');
	return plain !== key && known.includes(plain) ? plain : undefined;
}

/** What a variable such as OS_AUTH_URL is for. */
export function variableKind(key: string): 'text' | 'switch' | undefined {
	if (switches.includes(key)) return 'switch';
	return known.includes(key) ? 'text' : undefined;
}

/** Clouds by name, of which only one is looked into. */
export interface CloudsFile {
	readonly clouds: Readonly<Record<string, unknown>>;
}

/** Whether a parsed file is a clouds.yaml. */
export const validateCloudsFile = compile<CloudsFile>('clouds-file', {
	type: 'object',
	required: ['clouds'],
	properties: { clouds: { type: 'object', description: 'clouds by name' } },
});
