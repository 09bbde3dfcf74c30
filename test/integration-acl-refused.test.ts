import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
	type AclCloud,
	type Network,
	networks,
	rulesOf,
	startAclCloud,
	tokenFile,
} from './acl-cloud.ts';
import { type AclRuns, openAclRuns } from './acl-runs.ts';
import { lineOf } from './bundle.ts';

let cloud: AclCloud;
let runs: AclRuns;

before(async () => {
	cloud = await startAclCloud();
	// Nothing listens there: nobody gets as far as Masakari.
	runs = await openAclRuns(cloud, 'http://127.0.0.1:9/v1');
	for (const network of networks) lineOf(await runs.look(runs.good, network), 0);
});
after(() => cloud?.close());

const withNode = (network: Network, rule: string) =>
	cloud.token(network, rulesOf(network).replace('node_prefix ""', rule));
const hidden = { management: /an ACL left nodes out$/m, storage: /an ACL left nodes out$/m };
const cases: readonly {
	readonly name: string;
	readonly make: (network: Network) => string | Promise<string>;
	readonly expected: Readonly<Record<Network, RegExp>>;
}[] = [
	{
		name: 'no token',
		make: () => '',
		expected: { ...hidden, management: /agent\/self: 403 Permission denied$/m },
	},
	{
		name: 'a token that is none',
		make: () => '00000000-1111-2222-3333-444444444444',
		expected: { management: /: 403 ACL not found$/m, storage: /: 403 .*ACL not found$/m },
	},
	{
		name: 'a token that hides its own node',
		make: (network) => withNode(network, 'node "compute-1"'),
		expected: hidden,
	},
	{
		name: 'a token that shows no node',
		make: (network) => withNode(network, 'node_prefix "none"'),
		expected: hidden,
	},
	{
		name: 'a token of two lines',
		make: () => Object.values(cloud.root).join('\n'),
		expected: { management: /: ERR_INVALID_CHAR$/m, storage: /: ERR_INVALID_CHAR$/m },
	},
];
for (const network of networks) {
	test(`${network} is refused, and nothing is written (I5)`, async (t) => {
		const before = await runs.kv.get(`networks/${network}`);
		assert.ok(before);
		// Side by side: a handler goes on asking for 14 s.
		const refused = cases.map(async ({ name, make, expected }, i) => {
			const token = tokenFile(cloud, `bad-${network}-${i}`, await make(network));
			const files = { ...runs.good, [network]: token };
			return { name, files, said: expected[network], looked: await runs.look(files, network) };
		});
		for (const { name, files, said, looked } of await Promise.all(refused)) {
			await t.test(`with ${name}`, async () => {
				assert.match(lineOf(looked, 69).message, said);
				const check = await runs.run('checks/pipeline', files);
				assert.equal(check.exitCode, 2, check.stdout);
				assert.match(check.stdout, said);
				assert.deepEqual(await runs.kv.get(`networks/${network}`), before);
			});
		}
	});
}

test('a token for the hub that may not write is refused, and nothing is written', async () => {
	const rules = rulesOf('management').replace(/(key_prefix[^}]*)"write"/, '$1"read"');
	const files = {
		...runs.good,
		management: tokenFile(cloud, 'bad', await cloud.token('management', rules)),
	};
	await runs.kv.clear();
	assert.match(lineOf(await runs.look(files, 'storage'), 69).message, /: 403 Permission denied$/);
	assert.deepEqual(await runs.kv.all(), []);
	lineOf(await runs.look(runs.good, 'storage'), 0);
});

test('a host that a token hides is vanished, never down (I5)', async () => {
	const storage = tokenFile(cloud, 'bad', await withNode('storage', 'node "controller-1"'));
	lineOf(await runs.look({ ...runs.good, storage }, 'storage'), 0);
	const { down, vanished } = JSON.parse((await runs.kv.get('networks/storage'))?.text ?? '');
	assert.deepEqual({ down, vanished }, { down: [], vanished: ['compute-1'] });
});

test('a token file that is not there is a mistake in the configuration', async () => {
	const files = { ...runs.good, storage: '/none.token' };
	const { message } = lineOf(await runs.look(files, 'storage'), 78);
	assert.match(message, /\/none\.token: the token cannot be read/);
});

test('no token, good or bad, is in KV, in a log, in an output or in an argument list (I7)', () =>
	runs.findNoToken());
