import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Cloud, startCloud } from '../scripts/lib/cloud.ts';
import { lineOf, runBundle } from './bundle.ts';
import { type HubKv, openHubKv } from './hub-kv.ts';

// Nothing listens there: what is tested here needs no Masakari.
const masakari = { endpoint: 'http://127.0.0.1:9/v1', auth: 'none' };
const handlers = {
	'handlers/snapshot-network': ['--network', 'storage'],
	'handlers/aggregate-hosts': [],
};
type Handler = keyof typeof handlers;
const names = Object.keys(handlers) as Handler[];

let cloud: Cloud;
let config: string;
let kv: HubKv;

before(async () => {
	cloud = await startCloud({
		...{ networks: ['storage'], controllers: 1, computes: 1, gossip: 'fast' },
	});
	config = cloud.host('controller-1').configure({ masakari });
	kv = openHubKv(cloud.host('controller-1').agent('storage').http);
});
after(() => cloud?.close());

/** KiB: less than the longest stdin below, so that whoever kept all of it would die. */
const memory = 256 * 1024;
const run = (handler: Handler, stdin: string | Uint8Array) =>
	runBundle(handler, ['--config', config, ...handlers[handler]], stdin, {}, memory);

/** What a watch of type `checks` gives in a large cloud: more than any pipe holds. */
function checksOf(nodes: number): string {
	const output = 'Agent not live or unreachable '.repeat(8);
	const row = (_: unknown, n: number) => ({
		...{ Node: `compute-${n}.${'x'.repeat(30)}`, CheckID: 'serfHealth', Status: 'critical' },
		...{ Name: 'Serf Health Status', Notes: '', Output: output, ServiceID: '', ServiceName: '' },
		...{ ServiceTags: [], Definition: {}, CreateIndex: 5, ModifyIndex: 9_000 + n },
	});
	return JSON.stringify(Array.from({ length: nodes }, row));
}

/** What a watch of type `keyprefix` gives when values are as long as they may be. */
function keysOf(keys: number): string {
	const Value = Buffer.alloc(512 * 1024, 'a').toString('base64');
	const row = (_: unknown, n: number) => ({
		...{ Key: `hostmonitor/networks/n${n}`, Value, Flags: 0, LockIndex: 0, Session: '' },
		...{ CreateIndex: 5, ModifyIndex: 9 },
	});
	return JSON.stringify(Array.from({ length: keys }, row));
}

const large = checksOf(10_000);
const good: readonly { name: string; stdin: string | Uint8Array; handler?: Handler }[] = [
	{ name: 'null', stdin: 'null' },
	{ name: 'nothing at all', stdin: '' },
	{ name: 'an empty list', stdin: '[]\n' },
	{ name: '10,000 nodes', stdin: large, handler: 'handlers/snapshot-network' },
	{ name: 'eight values of 512 KiB', stdin: keysOf(8), handler: 'handlers/aggregate-hosts' },
];
const bad: readonly { name: string; stdin: string | Uint8Array; expected: RegExp }[] = [
	{
		name: 'truncated JSON',
		stdin: large.slice(0, -2),
		expected: /^stdin: not JSON \(\d+ bytes\)$/,
	},
	{ name: 'one byte of JSON', stdin: '[', expected: /^stdin: not JSON \(1 bytes\)$/ },
	{
		name: 'binary rubbish',
		stdin: Buffer.from(Array.from({ length: 65_536 }, (_, n) => (n * 7919) % 256)),
		expected: /^stdin: not JSON \(65536 bytes\)$/,
	},
	{ name: 'zero bytes', stdin: Buffer.alloc(4096), expected: /^stdin: not JSON \(4096 bytes\)$/ },
	{ name: 'two answers at once', stdin: '[]\n[]', expected: /^stdin: not JSON \(5 bytes\)$/ },
	{ name: 'text', stdin: '"passing"', expected: /^stdin: is text, expected a list$/ },
	{ name: 'an object', stdin: '{"Node":"n1"}', expected: /^stdin: is an object, expected a list$/ },
	{ name: 'a list of null', stdin: '[null]', expected: /^stdin: \/0 is null, expected an object$/ },
	{
		name: 'rows without keys',
		stdin: '[{}]',
		expected: /^stdin: \/0 has no "\w+", expected text$/,
	},
	{
		name: 'rows whose keys are lists',
		stdin: '[{"Node":[],"CheckID":[],"Status":[],"Key":[],"Value":[],"ModifyIndex":[],"Flags":[]}]',
		expected: /^stdin: \/0\/\w+ is a list, expected text$/,
	},
	{
		name: 'lists within lists',
		stdin: `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
		expected: /^stdin: nested deeper than 64 levels \(200000 bytes\)$/,
	},
	{
		name: 'lists opened and never closed, as many as a watch can say',
		stdin: '['.repeat(16 * 1024 * 1024),
		expected: /^stdin: nested deeper than 64 levels \(16777216 bytes\)$/,
	},
	{
		name: 'more than a watch can say',
		stdin: Buffer.alloc(300 * 1024 * 1024, '[1,2,3,4,5,6,7,8]'),
		expected: /^stdin: more than \d+ bytes$/,
	},
];

for (const handler of names) {
	for (const { name, stdin } of good.filter((one) => (one.handler ?? handler) === handler)) {
		test(`${handler} exits 0 and says one line when stdin holds ${name}`, async () => {
			lineOf(await run(handler, stdin), 0);
		});
	}

	for (const { name, stdin, expected } of bad) {
		test(`${handler} exits 65 and writes nothing when stdin holds ${name} (I8)`, async () => {
			const before = await kv.all();
			const { message } = lineOf(await run(handler, stdin), 65);
			const [, , said = ''] = /^([\w-]+): (.*)$/s.exec(message) ?? [];
			assert.match(said, expected);
			assert.deepEqual(await kv.all(), before);
		});
	}

	test(`${handler} exits 65 and writes nothing where nothing was written before (I8)`, async () => {
		await kv.clear();
		lineOf(await run(handler, 'rubbish'), 65);
		assert.deepEqual(await kv.all(), []);
	});
}

test('what stdin says of nodes is never the source: the network is read', async () => {
	lineOf(await run('handlers/snapshot-network', large), 0);
	assert.deepEqual(JSON.parse((await kv.get('networks/storage'))?.text ?? ''), {
		...{ version: 1, up: ['compute-1'], down: [], left: [], vanished: [], unknown: [] },
		maintenance: [],
	});
});
