import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { MasakariError } from '../handlers/lib/errors.ts';
import { issueToken } from '../handlers/lib/io/keystone.ts';
import type { Cloud } from '../handlers/lib/schema/cloud.ts';
import { cloudAt, secret } from './fixtures/clouds.ts';
import { catalogOf, startKeystone } from './fixtures/keystone.ts';
import type { Answer } from './json-server.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const { signal } = new AbortController();
const limits = { signal, timeoutMs: 60_000, connectTimeoutMs: 60_000, now: () => now };
const domain = { id: 'default' };

const bodies: readonly { name: string; changes: Partial<Cloud>; url?: string; expected: object }[] =
	[
		{
			name: 'a user and a project by name',
			changes: {},
			expected: {
				identity: {
					methods: ['password'],
					password: { user: { name: 'monitor', domain, password: secret } },
				},
				scope: { project: { name: 'service', domain } },
			},
		},
		{
			name: 'both by id',
			changes: { identity: { method: 'password', user: { id: 'u' }, project: { id: 'p' } } },
			expected: {
				identity: { methods: ['password'], password: { user: { id: 'u', password: secret } } },
				scope: { project: { id: 'p' } },
			},
		},
		{
			name: 'an application credential by id, without a project',
			changes: { identity: { method: 'application_credential', id: 'a' } },
			expected: {
				identity: {
					methods: ['application_credential'],
					application_credential: { id: 'a', secret },
				},
			},
		},
		{
			name: 'an application credential by name, of its user',
			changes: {
				identity: { method: 'application_credential', name: 'a', user: { name: 'u', domain } },
			},
			expected: {
				identity: {
					methods: ['application_credential'],
					application_credential: { name: 'a', user: { name: 'u', domain }, secret },
				},
			},
		},
		{
			name: 'no catalog where the cloud says where Masakari is',
			changes: { identity: { method: 'application_credential', id: 'a' }, endpoint: 'http://m' },
			url: '/v3/auth/tokens?nocatalog',
			expected: {
				identity: {
					methods: ['application_credential'],
					application_credential: { id: 'a', secret },
				},
			},
		},
	];
for (const { name, changes, url = '/v3/auth/tokens', expected } of bodies) {
	test(`asks Keystone for a token by ${name}`, async (t) => {
		const keystone = await startKeystone(t);
		await issueToken(cloudAt(keystone.url, changes), limits);
		assert.deepEqual(keystone.asked, [{ url, body: { auth: expected } }]);
	});
}

test('a token lives as long as Keystone says, whatever its clock says', async (t) => {
	const fast = await startKeystone(t, 'http://m/v1/p', () => now + 900_000);
	assert.deepEqual(await issueToken(cloudAt(fast.url), limits), {
		...{ version: 1, token: 't1', endpoint: 'http://m/v1/p', expires_at: now + 3_600_000 },
	});
});

const error = (code: number, message: string) => ({ json: { error: { code, message } } });
const until = { expires_at: '2026-11-22T13:00:00.000000Z' };
const token = { 'X-Subject-Token': 'x' };
const repeated = `Invalid input for password: ${secret}`;
const refusals: readonly {
	name: string;
	instead: Answer;
	changes?: Partial<Cloud>;
	expected: string;
}[] = [
	{
		name: 'a wrong password',
		instead: { status: 401, ...error(401, 'The request you have made requires authentication.') },
		expected:
			'does not take the credentials of cloud monitor: 401 The request you have made requires authentication.',
	},
	{
		name: 'an application credential that it does not know',
		instead: { status: 404, ...error(404, 'Could not find Application Credential: a.') },
		changes: { identity: { method: 'application_credential', id: 'a' } },
		expected:
			'does not know the application credential of cloud monitor: 404 Could not find Application Credential: a.',
	},
	{
		name: 'an address of something else',
		instead: { status: 404, raw: '<html>' },
		expected: 'no Keystone v3 there: 404 Not Found',
	},
	{
		name: 'an address without a version',
		instead: { status: 300, json: { versions: {} } },
		expected: 'no Keystone v3 there: 300 Multiple Choices',
	},
	{
		name: 'a 400 that repeats the password (I7)',
		instead: { status: 400, ...error(400, repeated) },
		expected: 'gives no token: 400 Bad Request',
	},
	{
		name: 'a 403 that repeats the password (I7)',
		instead: { status: 403, ...error(403, repeated) },
		expected: 'gives no token: 403 Invalid input for password: ***',
	},
	{
		name: 'a 500',
		instead: { status: 500, ...error(500, repeated) },
		expected: 'gives no token: 500 Internal Server Error',
	},
	{
		name: "a proxy's page",
		instead: { status: 503, raw: `<html>${secret}` },
		expected: 'gives no token: 503 Service Unavailable',
	},
	{
		name: 'a 201 without a token',
		instead: { json: { token: until } },
		expected: 'an answer without a token',
	},
	{
		name: 'a token that no header can hold',
		instead: { json: { token: until }, headers: { 'X-Subject-Token': `a ${secret}` } },
		expected: 'an answer without a token',
	},
	{
		name: 'a 201 that is a page',
		instead: { raw: '<html>', headers: token },
		expected: 'POST HOST/v3/auth/tokens: the answer is not JSON but text/html',
	},
	{
		name: 'a token without an end',
		instead: { json: { token: {} }, headers: token },
		expected:
			'its answer: /token has no "expires_at", expected a time such as 2024-01-31T09:30:00.000000Z',
	},
	{
		name: 'a time that does not exist',
		instead: { json: { token: { expires_at: '2026-13-41T12:00:00Z' } }, headers: token },
		expected: 'expires_at is no time that exists',
	},
	{
		name: 'a token without a catalog',
		instead: { json: { token: until }, headers: token },
		expected: 'the catalog has no service of type instance-ha, only: nothing',
	},
	{
		name: 'a catalog that is none',
		instead: { json: { token: { ...until, catalog: [{ type: secret }] } }, headers: token },
		expected: 'its answer: /token/catalog/0 has no "endpoints", expected a list',
	},
	{
		name: 'an address with a password in the catalog (I7)',
		instead: {
			json: { token: { ...until, catalog: catalogOf(`http://u:${secret}@m/v1`) } },
			headers: token,
		},
		expected: "instance-ha's url in the catalog is no address",
	},
];
for (const { name, instead, changes, expected } of refusals) {
	test(`says that it was Keystone, and why: ${name}`, async (t) => {
		const keystone = await startKeystone(t);
		keystone.instead = instead;
		const { host } = new URL(keystone.url);
		await assert.rejects(issueToken(cloudAt(keystone.url, changes), limits), (thrown) => {
			assert.ok(thrown instanceof MasakariError);
			assert.equal(thrown.message, `Keystone ${host}: ${expected.replace('HOST', host)}`);
			assert.ok(!inspect(thrown, { depth: 9, showHidden: true }).includes(secret), 'I7');
			return true;
		});
	});
}

test('a Keystone that hangs, and one that is not there, are errors of Keystone', async (t) => {
	const keystone = await startKeystone(t);
	keystone.instead = { hang: true };
	const { host } = new URL(keystone.url);
	await assert.rejects(issueToken(cloudAt(keystone.url), { ...limits, timeoutMs: 1 }), {
		message: `Keystone ${host}: POST ${host}/v3/auth/tokens: no complete answer within 1 ms`,
	});
	await assert.rejects(issueToken(cloudAt('http://127.0.0.1:1/v3'), limits), {
		message: 'Keystone 127.0.0.1:1: POST 127.0.0.1:1/v3/auth/tokens: connection refused',
	});
});
