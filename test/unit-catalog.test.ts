import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	type CatalogService,
	decideEndpoint,
	type Wanted,
} from '../handlers/lib/decide/catalog.ts';
import { endpointOf } from '../handlers/lib/schema/keystone.ts';

const service = (type: string, ...endpoints: readonly string[]): CatalogService => ({
	type,
	endpoints: endpoints.map((text) => {
		const [where = '', region = '', url = ''] = text.split(' ');
		return { interface: where, region: region === '-' ? null : region, url };
	}),
});
const both = service(
	'instance-ha',
	'public R1 http://p1',
	'internal R1 http://i1',
	'public R2 http://p2',
);

const cases: readonly {
	name: string;
	catalog: readonly CatalogService[];
	wanted: Wanted;
	expected: string;
}[] = [
	{
		name: 'takes the interface and the region that are wanted',
		catalog: [service('identity', 'public R1 http://ks'), both],
		wanted: { interface: 'public', region: 'R2' },
		expected: 'http://p2',
	},
	{
		name: 'needs no region where there is one',
		catalog: [both],
		wanted: { interface: 'internal' },
		expected: 'http://i1',
	},
	{
		name: 'asks which region where there are several',
		catalog: [both],
		wanted: { interface: 'public' },
		expected: 'instance-ha is in several regions, say which: R1, R2',
	},
	{
		name: 'takes the alias ha',
		catalog: [service('ha', 'public - http://ha')],
		wanted: { interface: 'public' },
		expected: 'http://ha',
	},
	{
		name: 'takes the official type before its alias',
		catalog: [service('ha', 'public R1 http://ha'), service('instance-ha', 'public R1 http://x')],
		wanted: { interface: 'public' },
		expected: 'http://x',
	},
	{
		name: 'names the endpoints that there are instead of the interface',
		catalog: [both],
		wanted: { interface: 'admin', region: 'R1' },
		expected:
			'instance-ha has no admin endpoint in region R1, only: internal in R1, public in R1, public in R2',
	},
	{
		name: 'names the endpoints that there are instead of the region',
		catalog: [both],
		wanted: { interface: 'public', region: 'r1' },
		expected:
			'instance-ha has no public endpoint in region r1, only: internal in R1, public in R1, public in R2',
	},
	{
		name: 'names the services that there are instead of Masakari',
		catalog: [service('identity'), service('compute'), service('masakari')],
		wanted: { interface: 'public' },
		expected: 'the catalog has no service of type instance-ha, only: compute, identity, masakari',
	},
	{
		name: 'says that there is nothing',
		catalog: [],
		wanted: { interface: 'public' },
		expected: 'the catalog has no service of type instance-ha, only: nothing',
	},
	{
		name: 'names no more than twelve services',
		catalog: Array.from({ length: 20 }, (_, i) => service(`s${i + 10}`)),
		wanted: { interface: 'public' },
		expected:
			'the catalog has no service of type instance-ha, only: s10, s11, s12, s13, s14, s15, s16, s17, s18, s19, s20, s21, and 8 more',
	},
];
for (const { name, catalog, wanted, expected } of cases) {
	test(`the catalog: ${name}`, () => {
		const found = decideEndpoint(catalog, wanted);
		assert.equal(found.ok ? found.url : found.error, expected);
	});
}

const urls: readonly (readonly [string, string | undefined])[] = [
	['http://m:15868', 'http://m:15868/v1'],
	['http://m:15868/', 'http://m:15868/v1'],
	['http://m:15868/v1', 'http://m:15868/v1'],
	['http://m:15868/v1/', 'http://m:15868/v1'],
	['https://m/instance-ha', 'https://m/instance-ha/v1'],
	['https://m/instance-ha/v1/0123abcd', 'https://m/instance-ha/v1/0123abcd'],
	['http://m:15868/v1.1/p', 'http://m:15868/v1.1/p'],
	['https://m/vault', 'https://m/vault/v1'],
	['http://user:hunter2@m/v1', undefined],
	['m:15868/v1', undefined],
	['', undefined],
];
for (const [url, expected] of urls) {
	test(`an address of the catalog, ${JSON.stringify(url)}, is ${expected ?? 'none'}`, () => {
		assert.equal(endpointOf(url), expected);
	});
}
