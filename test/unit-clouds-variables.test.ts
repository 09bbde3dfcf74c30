import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCloud } from '../handlers/lib/io/clouds.ts';
import { complaints, env, put, secret } from './fixtures/clouds.ts';

const variables = {
	...{ HOME: '/root', OS_AUTH_URL: 'http://ks:5000', OS_USERNAME: 'monitor', OS_PASSWORD: secret },
	...{
		OS_PROJECT_NAME: 'service',
		OS_USER_DOMAIN_NAME: 'Default',
		OS_PROJECT_DOMAIN_ID: 'default',
	},
};
const plain = {
	...{ name: 'the OS_* variables', authUrl: 'http://ks:5000/v3', secret, interface: 'public' },
	identity: {
		method: 'password',
		user: { name: 'monitor', domain: { name: 'Default' } },
		project: { name: 'service', domain: { id: 'default' } },
	},
	tls: {},
};

const read: readonly { name: string; more: Record<string, string>; expected: object }[] = [
	{ name: 'only what they must', more: {}, expected: plain },
	{
		name: 'everything',
		more: {
			...{ OS_REGION_NAME: 'R1', OS_INTERFACE: 'internal', OS_CACERT: '/ca.pem' },
			...{ OS_CERT: '/c.pem', OS_KEY: '/k.pem', OS_INSECURE: 'False', OS_LOG: 'x', OS_PROFILE: '' },
		},
		expected: {
			...{ ...plain, region: 'R1', interface: 'internal' },
			tls: { caFile: '/ca.pem', certFile: '/c.pem', keyFile: '/k.pem' },
		},
	},
	{
		name: 'the old name of the interface',
		more: { OS_ENDPOINT_TYPE: 'adminURL' },
		expected: { ...plain, interface: 'admin' },
	},
	{
		name: 'an application credential',
		more: {
			...{ OS_AUTH_TYPE: 'v3applicationcredential', OS_APPLICATION_CREDENTIAL_ID: 'a1' },
			OS_APPLICATION_CREDENTIAL_SECRET: secret,
		},
		expected: { ...plain, identity: { method: 'application_credential', id: 'a1' } },
	},
	{
		name: 'that they are a cloud of another name',
		more: { OS_CLOUD_NAME: 'mine', OS_CLOUD: 'mine' },
		expected: plain,
	},
];
for (const { name, more, expected } of read) {
	test(`OS_* variables: say ${name}`, () => {
		const found = loadCloud(undefined, { ...variables, ...more });
		assert.deepEqual([found.cloud, found.warnings, found.files], [expected, [], []]);
	});
}

test('OS_INSECURE is taken at its word, and is a warning', () => {
	const found = loadCloud(undefined, { ...variables, OS_INSECURE: 'TRUE' });
	assert.deepEqual(found.cloud.tls, { insecure: true });
	assert.deepEqual(found.warnings, [
		'OS_INSECURE is set: the certificates of Keystone and Masakari are not checked',
	]);
});

test('the cloud envvars means the variables, OS_CLOUD a cloud of clouds.yaml before them', () => {
	const auth = `{ auth_url: "http://file:5000", username: m, password: ${secret}, project_id: p, domain_id: d }`;
	put('clouds.yaml', `clouds:\n  filed: { auth: ${auth} }\n`);
	put('secure.yaml', 'clouds: {}\n');
	const both = { ...variables, ...env, OS_CLOUD: 'filed' };
	assert.equal(loadCloud('envvars', both).cloud.authUrl, 'http://ks:5000/v3');
	assert.equal(loadCloud(undefined, both).cloud.authUrl, 'http://file:5000/v3');
	assert.equal(loadCloud('filed', { ...env }).cloud.authUrl, 'http://file:5000/v3');
});

test('neither a cloud nor variables is an error that says what to set', () => {
	assert.deepEqual(
		complaints(() => loadCloud(undefined, { OS_REGION_NAME: 'R1' })),
		['masakari: names no cloud, and neither OS_CLOUD nor OS_AUTH_URL is set: expected one of them'],
	);
});

test('what is wrong with a variable is said by its name, without its value (I7, I8)', () => {
	const wrong = { ...variables, OS_AUTH_URL: secret, OS_PROJECT_NAME: '', OS_CACERT: 'ca.pem' };
	assert.deepEqual(
		complaints(() => loadCloud(undefined, wrong)),
		[
			"OS_AUTH_URL is no such address, expected Keystone's http:// or https:// address such as https://keystone:5000/v3, without user or query",
			'OS_PROJECT_NAME is missing, expected the name of the project, or project_id',
			'OS_CACERT is a relative path, expected an absolute one',
		],
	);
	assert.deepEqual(
		complaints(() => loadCloud(undefined, { ...variables, OS_INSECURE: secret })),
		['OS_INSECURE is text, expected true or false'],
	);
});
