import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadCloud } from '../handlers/lib/io/clouds.ts';
import { complaints, directory, env, load, put, secret } from './fixtures/clouds.ts';

const auth = `auth_url: "http://ks:5000/v3", username: monitor, password: ${secret}, project_name: service, default_domain: default`;
const cloud = (keys: string, more = '') => `clouds:\n  monitor:\n    auth: { ${keys} }\n${more}`;
const domain = { id: 'default' };
const password = {
	method: 'password',
	user: { name: 'monitor', domain },
	project: { name: 'service', domain },
};
const plain = {
	...{ name: 'cloud monitor', authUrl: 'http://ks:5000/v3', identity: password, secret },
	...{ interface: 'public', tls: {} },
};

const read: readonly { name: string; text: string; secure?: string; expected: object }[] = [
	{ name: 'only what it must', text: cloud(auth), expected: plain },
	{
		name: 'keys and clouds of others',
		text: `cache: { max_age: 1 }\n${cloud(`${auth}, passcode: 1`, '    identity_api_version: 3\n    networks: [1]\n  other: { auth: 5 }\n')}`,
		expected: plain,
	},
	{
		name: 'everything of ours',
		text: cloud(
			`auth_url: "https://ks/identity/", user_id: u1, password: ${secret}, project_id: p1`,
			'    region_name: R1\n    interface: internalURL\n    cacert: /etc/ca.pem\n    cert: /c.pem\n    key: ~/k.pem\n    auth_type: v3password\n',
		),
		expected: {
			...{ name: 'cloud monitor', authUrl: 'https://ks/identity/v3', secret, region: 'R1' },
			...{ interface: 'internal' },
			identity: { method: 'password', user: { id: 'u1' }, project: { id: 'p1' } },
			tls: { caFile: '/etc/ca.pem', certFile: '/c.pem', keyFile: join(directory, 'k.pem') },
		},
	},
	{
		name: 'an application credential by its id, and no project beside it',
		text: cloud(
			`auth_url: "http://ks:5000", application_credential_id: a1, application_credential_secret: ${secret}, project_name: x`,
			'    auth_type: v3applicationcredential\n',
		),
		expected: { ...plain, identity: { method: 'application_credential', id: 'a1' } },
	},
	{
		name: 'an application credential by its name, of a user in a domain',
		text: cloud(
			`auth_url: "http://ks:5000", application_credential_name: a, application_credential_secret: ${secret}, username: m, user_domain_name: Default`,
		),
		expected: {
			...plain,
			identity: {
				...{ method: 'application_credential', name: 'a' },
				user: { name: 'm', domain: { name: 'Default' } },
			},
		},
	},
	{
		name: 'a domain of its own for the user, one for both, and old names of the project',
		text: cloud(
			`auth_url: "http://ks:5000", username: m, password: ${secret}, tenant_name: t, user_domain_name: A, domain_id: b`,
		),
		expected: {
			...plain,
			identity: {
				method: 'password',
				user: { name: 'm', domain: { name: 'A' } },
				project: { name: 't', domain: { id: 'b' } },
			},
		},
	},
	{
		name: 'keys of auth beside it, which come second',
		text: cloud(auth, '    username: nobody\n    project_id: ""\n    region_name:\n'),
		expected: plain,
	},
	{
		name: "keys of Masakari's alone",
		text: cloud(
			auth,
			'    region_name: R1\n    interface: admin\n    instance_ha_region_name: R2\n    instance_ha_interface: internal\n    instance_ha_endpoint_override: "http://m/v1/"\n',
		),
		expected: { ...plain, region: 'R2', interface: 'internal', endpoint: 'http://m/v1' },
	},
	{
		name: 'the only one of its regions',
		text: cloud(auth, '    regions: [R1]\n'),
		expected: { ...plain, region: 'R1' },
	},
	{
		name: 'one file for certificate and key',
		text: cloud(auth, '    cert: /both.pem\n'),
		expected: { ...plain, tls: { certFile: '/both.pem', keyFile: '/both.pem' } },
	},
	{
		name: 'secure.yaml over it',
		text: cloud(auth.replace(secret, 'old'), '    region_name: R1\n'),
		secure: `clouds:\n  monitor: { auth: { password: ${secret} }, region_name: R2 }\n`,
		expected: { ...plain, region: 'R2' },
	},
	{
		name: 'a profile that leaves nothing open',
		text: cloud(auth, '    profile: vexxhost\n'),
		expected: plain,
	},
];
for (const { name, text, secure, expected } of read) {
	test(`clouds.yaml: reads ${name}`, () => {
		const found = load(text, secure);
		assert.deepEqual(found.cloud, expected);
		assert.deepEqual(found.warnings, []);
	});
}

const refused: readonly {
	name: string;
	text: string;
	secure?: string;
	expected: readonly string[];
}[] = [
	{ name: 'an empty file', text: '', expected: ['clouds.yaml:1:1: is null, expected an object'] },
	{
		name: 'a file without clouds',
		text: 'cloud: {}\n',
		expected: ['clouds.yaml:1:1: has no "clouds", expected clouds by name'],
	},
	{
		name: 'another cloud',
		text: `clouds:\n  other: {}\n  ${secret}:\n`,
		expected: ['clouds.yaml, secure.yaml: no cloud monitor, only: other'],
	},
	{
		name: 'broken YAML, and quotes nothing of it',
		text: cloud(auth.replace(secret, `"${secret}" ${secret}`)),
		expected: [
			'clouds.yaml:3:83: cannot be read as YAML: quote every value that is not a plain word',
		],
	},
	{
		name: 'aliases, and does not quote them',
		text: cloud(`${auth.replace(secret, `*${secret}`)}`),
		expected: [
			'clouds.yaml:3:73: cannot be read as YAML: quote every value that is not a plain word; aliases are not taken',
		],
	},
	{
		name: 'values of the wrong type',
		text: cloud(
			`auth_url: "http://ks:5000", username: [${secret}], password: 0123, project_name: p, default_domain: d`,
			'    verify: "false"\n    interface: inside\n    cacert: 1\n',
		),
		expected: [
			'clouds.yaml:3:51: clouds.monitor.auth.username: is a list, expected text, in quotes where it is no plain word',
			'clouds.yaml:3:72: clouds.monitor.auth.password: is a number, expected text, in quotes where it is no plain word',
			'clouds.yaml:4:13: clouds.monitor.verify: is text, expected true or false',
			'clouds.yaml:5:16: clouds.monitor.interface: expected one of: public, internal, admin, publicURL, internalURL, adminURL, null',
			'clouds.yaml:6:13: clouds.monitor.cacert: is a number, expected text, in quotes where it is no plain word',
		],
	},
	{
		name: 'keys with dashes, which openstacksdk would take',
		text: cloud(`${auth}, project-id: x`, '    region-name: R1\n    other-key: 1\n'),
		expected: [
			'clouds.yaml:3:130: clouds.monitor.auth: has project-id, expected project_id',
			'clouds.yaml:4:5: clouds.monitor: has region-name, expected region_name',
		],
	},
	{
		name: 'nothing of what there must be',
		text: 'clouds:\n  monitor: {}\n',
		expected: [
			"clouds.yaml:2:12: clouds.monitor: auth_url is missing, expected Keystone's http:// or https:// address such as https://keystone:5000/v3, without user or query",
			'clouds.yaml:2:12: clouds.monitor: password is missing',
			'clouds.yaml:2:12: clouds.monitor: username is missing, expected the name of the user, or user_id',
			'clouds.yaml:2:12: clouds.monitor: project_name is missing, expected the name of the project, or project_id',
		],
	},
	{
		name: 'a user and a project without a domain',
		text: cloud(auth.replace(', default_domain: default', '')),
		expected: [
			'clouds.yaml:3:5: clouds.monitor: user_domain_name is missing, expected the domain of the user, or user_domain_id',
			'clouds.yaml:3:5: clouds.monitor: project_domain_name is missing, expected the domain of the project, or project_domain_id',
		],
	},
	{
		name: 'an address with a password, and does not repeat it (I7)',
		text: cloud(auth.replace('ks:5000/v3', `u:${secret}@ks:5000/v3`)),
		expected: [
			"clouds.yaml:3:13: clouds.monitor.auth: auth_url is no such address, expected Keystone's http:// or https:// address such as https://keystone:5000/v3, without user or query",
		],
	},
	{
		name: 'what it does not support',
		text: cloud(
			`${auth.replace('/v3', '/v2.0')}, system_scope: all`,
			'    auth_type: v3token\n    instance_ha_endpoint_override: "http://m/%(project_id)s"\n    regions: [A, B]\n    key: k.pem\n',
		),
		expected: [
			'clouds.yaml:3:13: clouds.monitor.auth: auth_url is of version 2.0, expected /v3',
			'clouds.yaml:3:132: clouds.monitor.auth: system_scope is not supported, expected a project of the user',
			'clouds.yaml:4:5: clouds.monitor: auth_type is not supported, expected one of: password, v3password, v3applicationcredential',
			'clouds.yaml:5:5: clouds.monitor: instance_ha_endpoint_override is no such address, expected an http:// or https:// address such as http://masakari:15868/v1, without user or query',
			'clouds.yaml:6:5: clouds.monitor: regions is more than one name, expected region_name to say which',
			'clouds.yaml:7:5: clouds.monitor: key is a relative path, expected an absolute one',
		],
	},
	{
		name: 'a vendor profile',
		text: cloud(auth.replace('auth_url: "http://ks:5000/v3", ', ''), '    profile: vexxhost\n'),
		expected: [
			'clouds.yaml:4:5: clouds.monitor: profile names a vendor profile, which is not read: expected auth_url and region_name here',
		],
	},
	{
		name: 'half an application credential',
		text: cloud('auth_url: "http://ks:5000"', '    auth_type: v3applicationcredential\n'),
		expected: [
			'clouds.yaml:3:5: clouds.monitor: application_credential_secret is missing',
			'clouds.yaml:3:5: clouds.monitor: application_credential_id is missing, expected the id, or application_credential_name and its user',
		],
	},
	{
		name: 'what secure.yaml says wrongly, where it stands there',
		text: cloud(auth),
		secure: 'clouds:\n  monitor:\n    auth:\n      auth_url: nowhere\n',
		expected: [
			"secure.yaml:4:7: clouds.monitor.auth: auth_url is no such address, expected Keystone's http:// or https:// address such as https://keystone:5000/v3, without user or query",
		],
	},
];
for (const { name, text, secure, expected } of refused) {
	test(`clouds.yaml: refuses ${name} (I8)`, () => {
		assert.deepEqual(
			complaints(() => load(text, secure)),
			expected,
		);
	});
}

for (const said of ['verify: false', 'insecure: true']) {
	test(`${said} is taken at its word, and is a warning`, () => {
		const found = load(cloud(auth, `    ${said}\n    cacert: /ca.pem\n`));
		assert.deepEqual(found.cloud.tls, { caFile: '/ca.pem', insecure: true });
		assert.deepEqual(found.warnings, [
			'cloud monitor: verify is false: the certificates of Keystone and Masakari are not checked',
		]);
	});
}

test('nothing but the cloud itself can say that certificates are not checked', () => {
	put('clouds.yaml', cloud(auth, '    verify: true\n'));
	put('secure.yaml', 'clouds: {}\n');
	const { cloud: found } = loadCloud('monitor', { ...env, OS_INSECURE: 'true' });
	assert.deepEqual(found.tls, {});
});

test('a password that anybody can read is a warning, and a file that anybody can write to is refused', () => {
	const { warnings } = load(cloud(auth), 'clouds: {}\n', 0o644);
	assert.deepEqual(warnings, [
		`${join(directory, 'clouds.yaml')}: has mode 0644, expected 0640: it holds a password that anybody can read`,
	]);
	assert.deepEqual(
		complaints(() => load(cloud(auth), 'clouds: {}\n', 0o666)),
		['clouds.yaml: anybody can write to it: it says where passwords are sent'],
	);
});

test('without a variable the file is looked for in the home directory, and with one only there', () => {
	const folder = join(directory, '.config/openstack');
	mkdirSync(folder, { recursive: true });
	put('.config/openstack/clouds.yaml', cloud(auth));
	const found = loadCloud('monitor', { HOME: directory });
	assert.deepEqual(found.files, [join(folder, 'clouds.yaml')]);
	const named = { HOME: directory, OS_CLIENT_CONFIG_FILE: '/nosuch.yaml' };
	assert.deepEqual(
		complaints(() => loadCloud('monitor', named)),
		['/nosuch.yaml: cannot be read: ENOENT: no such file or directory'],
	);
});

test('the file of the working directory comes before that of the home directory', () => {
	const home = join(directory, '.config/openstack');
	const here = join(directory, 'here');
	for (const folder of [home, here]) mkdirSync(folder, { recursive: true });
	put('.config/openstack/clouds.yaml', cloud(auth));
	put('here/clouds.yml', cloud(auth));
	const before = process.cwd();
	process.chdir(here);
	try {
		const { files } = loadCloud('monitor', { HOME: directory });
		assert.deepEqual(files, [join(here, 'clouds.yml')]);
	} finally {
		process.chdir(before);
	}
});
