/** Consul, or what stands before it, answers what it should not, and agents that stand for another network. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Checked, startChecked } from './checked.ts';
import { type GateProxy, type Spoil, startGateProxy } from './gate-proxy.ts';

let checked: Checked;
let [hub, storage]: (GateProxy | undefined)[] = [];
const http = (network: string) => checked.controller.agent(network).http;

before(async () => {
	checked = await startChecked({ controllers: 1, computes: 1 });
	await checked.until(0, /^1 hosts on 2 networks$/);
	await checked.kill('compute-1', 'storage');
	hub = await startGateProxy(http('management'));
	storage = await startGateProxy(http('storage'));
	checked.configure({
		networks: { management: { http_addr: hub.http }, storage: { http_addr: storage.http } },
	});
});
after(async () => {
	await hub?.close();
	await storage?.close();
	await checked?.close();
});

const json = { 'Content-Type': 'application/json' };
const whole =
	(text: string, type = json): Spoil =>
	(to) =>
		void to.writeHead(200, type).end(text);
const spoils: readonly (readonly [what: string, write: Spoil])[] = [
	['rubbish', whole('\u001b[31m"}\r\n{')],
	['nothing', whole('')],
	['a page', whole('<html><body>Sign in</body></html>', { 'Content-Type': 'text/html' })],
	['an object', whole('{"Node":"compute-1"}')],
	['rows of wrong types', whole('[{"Node":7,"Name":[],"Status":"4","Key":{},"CheckID":null}]')],
	[
		'half of it',
		(to, text) => {
			to.writeHead(200, { ...json, 'Content-Length': Buffer.byteLength(text) });
			to.write(text.slice(0, text.length / 2), () => to.destroy());
		},
	],
];
const paths = {
	checks: /^GET \/v1\/health\/state\/any/,
	members: /^GET \/v1\/agent\/members/,
};

for (const [what, write] of spoils) {
	for (const [name, pattern] of Object.entries(paths)) {
		test(`${what} in place of storage's ${name}: it cannot be read, and nobody is recovered (I5, I8)`, async () => {
			const before = await checked.kv.get('networks/storage');
			storage?.spoil(pattern, write);
			const { exitCode, text } = await checked.check();
			storage?.spoil(pattern, null);
			assert.equal(exitCode, 2, text);
			assert.match(text, /^critical: storage cannot be read: \S.*$/m);
			assert.doesNotMatch(text, /compute-1: due/);
			assert.deepEqual(await checked.kv.get('networks/storage'), before);
			assert.equal(checked.posted(), 0);
		});
	}

	test(`${what} in place of the KV: no decisions, and nothing is written (I8)`, async () => {
		const before = await checked.kv.all();
		hub?.spoil(/^GET \/v1\/kv\//, write);
		const { exitCode, text } = await checked.check();
		hub?.spoil(/./, null);
		assert.ok(exitCode === 2 || exitCode === 3, text);
		assert.match(text, /^(critical: no decisions|pipeline: cannot tell)/);
		assert.match(text, /\/v1\/kv/);
		assert.deepEqual(await checked.kv.all(), before);
		assert.equal(checked.posted(), 0);
	});
}

test('one agent for two networks: neither can be read (I5)', async () => {
	// By two addresses: the same one twice is an error of the configuration.
	const other = { http_addr: storage?.http };
	checked.configure({ networks: { management: { http_addr: http('storage') }, storage: other } });
	const { exitCode, text } = await checked.check();
	assert.equal(exitCode, 2, text);
	const twin = 'cannot be read: the agent of';
	assert.match(
		text,
		new RegExp(`^critical: management ${twin} management is also that of storage$`, 'm'),
	);
	assert.match(
		text,
		new RegExp(`^critical: storage ${twin} storage is also that of management$`, 'm'),
	);
	assert.equal(checked.posted(), 0);
});

test('swapped agents: neither network can be read, and nobody is recovered (I5)', async () => {
	checked.configure({
		networks: {
			management: { http_addr: http('storage') },
			storage: { http_addr: http('management') },
		},
	});
	const { exitCode, text } = await checked.check();
	assert.equal(exitCode, 2, text);
	const belongs = 'cannot be read: its agent belongs to datacenter';
	assert.match(text, new RegExp(`^critical: management ${belongs} storage$`, 'm'));
	assert.match(text, new RegExp(`^critical: storage ${belongs} management$`, 'm'));
	assert.equal(checked.posted(), 0);
});

test('as soon as every answer is right, the host is notified once', async () => {
	checked.configure();
	await checked.until(1, /^warning: compute-1: recovery \w+ by Masakari/m);
	assert.equal(checked.posted(), 1);
});
