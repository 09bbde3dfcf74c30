import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';
import { type Cloud, startCloud } from '../scripts/lib/cloud.ts';
import type { Host } from '../scripts/lib/cloud-host.ts';
import { lineOf, type Ran, runBundle } from './bundle.ts';

const masakari = { endpoint: 'http://127.0.0.1:9/v1', auth: 'none' };
const dist = resolve(import.meta.dirname, '../dist');
const handlers = ['handlers/snapshot-network', 'handlers/aggregate-hosts'];
const executables = ['handlers', 'checks', 'scripts'].flatMap((folder) =>
	readdirSync(join(dist, folder)).map((file) => join(folder, file.replace(/\.js$/, ''))),
);

let cloud: Cloud;
let controller: Host;
let config: string;
/** A handler that is given something and then waits for the end of it until its own deadline. */
let starving: Promise<Ran>;

before(async () => {
	cloud = await startCloud({ networks: ['storage'], controllers: 1, computes: 0, gossip: 'fast' });
	controller = cloud.host('controller-1');
	config = controller.configure({ masakari });
	const stdin = new PassThrough();
	stdin.write('[');
	starving = runBundle('handlers/snapshot-network', ['--config', config], stdin);
	starving.catch(() => {}); // its test says so
});
after(() => cloud?.close());

function fileWith(name: string, text: string): string {
	const file = join(controller.dir, name);
	writeFileSync(file, text);
	return file;
}

/** As the watch of the network `storage` has it, with another configuration. */
const handle = (handler: string, ...args: readonly string[]) =>
	runBundle(handler, [...(handler.endsWith('network') ? ['--network', 'storage'] : []), ...args]);

for (const handler of handlers) {
	test(`${handler} exits 64 when --config names no file`, async () => {
		const calls = [['--config'], ['--config='], ['--config', '--verbose']];
		for (const ran of await Promise.all(calls.map((args) => handle(handler, ...args)))) {
			assert.match(lineOf(ran, 64).message, /--config needs a file/);
		}
	});

	test(`${handler} exits 78 and names the file when there is no configuration`, async () => {
		const missing = join(controller.dir, 'missing.yaml');
		const { message } = lineOf(await handle(handler, '--config', missing), 78);
		assert.ok(message.includes(`${missing}: cannot be read: ENOENT`), message);
		const byEnvironment = { HOSTMONITOR_CONFIG: missing };
		const args = ['--network', 'storage'];
		assert.match(lineOf(await runBundle(handler, args, '', byEnvironment), 78).message, /ENOENT/);
	});

	test(`${handler} exits 78 and names file and line of all that is wrong (I8)`, async () => {
		const wrong =
			'networks:\n  storage: { http_addr: ftp://n }\nconfirm: soon\nmasakari: { auth: none }\n';
		const file = fileWith('wrong.yaml', wrong);
		const { message } = lineOf(await handle(handler, '--config', file), 78);
		for (const line of [2, 3, 4]) assert.ok(message.includes(`${file}:${line}:`), message);
		const broken = fileWith('broken.yaml', 'networks:\n  storage: { http_addr: "x\n');
		assert.match(lineOf(await handle(handler, '--config', broken), 78).message, /\.yaml:\d+:\d+: /);
	});

	test(`${handler} exits 78 and names the matrix' line (I8)`, async () => {
		const matrix = 'sequence: [storage]\nmatrix:\n  - { health: [up], action: [recovery] }\n';
		fileWith('matrix.yaml', matrix);
		const file = controller.configure({ masakari, matrix_file: 'matrix.yaml' });
		const { message } = lineOf(await handle(handler, '--config', file), 78);
		controller.configure({ masakari });
		assert.match(message, /matrix\.yaml:\d+:\d+: /);
	});

	test(`${handler} exits 69 and names the agent when Consul is away`, async () => {
		const networks = { storage: { http_addr: 'http://127.0.0.1:9' } };
		const file = fileWith('away.yaml', JSON.stringify({ networks, masakari }));
		const { message } = lineOf(await handle(handler, '--config', file), 69);
		assert.match(message, /127\.0\.0\.1:9\/\S+: connection refused$/);
	});
}

const networks = [
	{ name: 'is not given', args: [], expected: /--network NAME is missing/ },
	{ name: 'has no value', args: ['--network'], expected: /--network needs a value/ },
	{ name: 'is empty', args: ['--network='], expected: /--network needs a value/ },
	{
		name: 'is none of the configuration',
		args: ['--network', 'internet'],
		expected: /--network internet: the configuration has storage$/,
	},
];
for (const { name, args, expected } of networks) {
	test(`snapshot-network exits 64 when its network ${name}`, async () => {
		const ran = await runBundle('handlers/snapshot-network', ['--config', config, ...args]);
		assert.match(lineOf(ran, 64).message, expected);
	});
}

for (const check of ['pipeline', 'masakari']) {
	test(`${check} is critical, not a warning, whatever it is called with`, async () => {
		const empty = fileWith('empty.yaml', '');
		const calls = [['--config'], ['--config', '/none.yaml'], ['--config', empty]];
		for (const ran of await Promise.all(
			calls.map((args) => runBundle(`checks/${check}`, args, '')),
		)) {
			assert.equal(ran.exitCode, 3, ran.all);
			assert.equal(ran.stderr, '');
			assert.match(ran.stdout, new RegExp(`^${check}: `));
		}
	});
}

test('the check says in a short first line that the configuration is wrong', async () => {
	const wrong = Array.from({ length: 30 }, (_, n) => `a_key_that_nobody_knows_${n}: 1`).join('\n');
	const ran = await runBundle('checks/pipeline', ['--config', fileWith('wrong.yaml', wrong)], '');
	assert.equal(ran.exitCode, 3);
	assert.ok((ran.stdout.split('\n')[0] ?? '').length < 80, ran.stdout);
	assert.ok(Buffer.byteLength(ran.stdout) < 4096);
});

for (const executable of executables) {
	test(`${executable} ends by itself without an argument, and says why`, async () => {
		const ran = await runBundle(executable, [], '', { HOSTMONITOR_CONFIG: '/none.yaml' });
		assert.ok([0, 3, 64, 78].includes(ran.exitCode ?? -1), `${ran.exitCode}: ${ran.all}`);
		assert.notEqual(ran.all, '');
	});
}

test('every handler and check ends by itself while the agent does not answer', async () => {
	controller.agent('storage').pause();
	try {
		const check = runBundle('checks/pipeline', ['--config', config], '');
		const runs = handlers.map((handler) => handle(handler, '--config', config));
		for (const ran of await Promise.all(runs)) {
			assert.match(lineOf(ran, 69).message, /within \d+ ms$/);
		}
		assert.equal((await check).exitCode, 2, (await check).all);
	} finally {
		controller.agent('storage').resume();
	}
});

test('a handler ends by itself when its stdin never does', async () => {
	assert.match(lineOf(await starving, 75).message, /did not end in time$/);
});
