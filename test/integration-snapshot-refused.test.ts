import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { lineOf } from './bundle.ts';
import { snapshot } from './fixtures/values.ts';
import { startWatched, type Watched } from './snapshots.ts';

let watched: Watched;

before(async () => {
	watched = await startWatched({ networks: ['management', 'storage'], computes: 1 });
	await watched.look();
});
after(() => watched?.cloud.close());

test('a network whose agent does not answer is unreadable, and its snapshot untouched (I5)', async () => {
	const before = await watched.kv.all();
	watched.server.pause();
	const ran = await watched.run();
	watched.server.resume();
	assert.match(lineOf(ran, 69).message, /: storage cannot be read: .* within \d+ ms$/);
	assert.deepEqual(await watched.kv.all(), before);
});

test('a network whose agent is dead is unreadable, and its snapshot untouched (I5)', async () => {
	const before = await watched.kv.all();
	await watched.server.kill();
	const ran = await watched.run();
	await watched.server.start();
	assert.match(lineOf(ran, 69).message, /: storage cannot be read: .*connection refused$/);
	assert.deepEqual(await watched.kv.all(), before);
});

const text = JSON.stringify(snapshot);
const corrupt = [
	{ name: 'is empty', value: '' },
	{ name: 'is cut off', value: text.slice(0, -1) },
	{ name: 'is not JSON', value: '\u0000\u0001storage\r\n{"level":"info"}' },
	{ name: 'is JSON and no object', value: '[]' },
	{ name: 'has no version', value: '{}' },
	{ name: 'is of version 99', value: JSON.stringify({ ...snapshot, version: 99 }) },
	{ name: 'has a key too many', value: JSON.stringify({ ...snapshot, more: 1 }) },
	{ name: 'lacks a list', value: JSON.stringify({ ...snapshot, left: undefined }) },
	{ name: 'names a host by a number', value: JSON.stringify({ ...snapshot, down: [1] }) },
];
for (const { name, value } of corrupt) {
	test(`a snapshot that ${name} is reported and left untouched (I8)`, async () => {
		await watched.kv.put('networks/storage', value);
		const before = await watched.kv.all();
		assert.match(lineOf(await watched.run(), 65).message, /: networks\/storage: /);
		assert.deepEqual(await watched.kv.all(), before);
	});
}

test('a corrupt snapshot of another network hinders nobody, and is left untouched (I8)', async () => {
	await watched.kv.clear();
	await watched.kv.put('networks/management', 'rubbish');
	const before = await watched.kv.get('networks/management');
	assert.deepEqual(await watched.look(), { up: ['compute-1'] });
	assert.deepEqual(await watched.kv.get('networks/management'), before);
});
