import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
	cacheProblem,
	openTokenFile,
	type TokenFile,
	tokenFileName,
} from '../handlers/lib/io/token-file.ts';
import type { KeptToken } from '../handlers/lib/schema/keystone.ts';
import { cloudAt, directory, secret } from './fixtures/clouds.ts';

const cloud = cloudAt('http://ks/v3');
const kept: KeptToken = {
	...{ version: 1, token: 'tttt', expires_at: 5, endpoint: 'http://m/v1' },
};

/** A directory of its own for each test. */
function open(name: string): { folder: string; path: string; file: TokenFile } {
	const folder = join(directory, name);
	return { folder, path: join(folder, tokenFileName(cloud)), file: openTokenFile(folder, cloud) };
}

test('what was kept is read again, from a file that nobody else can read', () => {
	const { file, folder, path } = open('new');
	assert.equal(file.read(), null);
	file.write(kept);
	assert.deepEqual(file.read(), kept);
	assert.equal(fs.statSync(folder).mode & 0o777, 0o700);
	assert.equal(fs.statSync(path).mode & 0o777, 0o600);
	assert.deepEqual(fs.readdirSync(folder), [tokenFileName(cloud)]);
	assert.equal(cacheProblem(folder), null);
});

test('each identity has a file of its own, whose name does not depend on the secret (I7)', () => {
	const at = (changes: object) => tokenFileName(cloudAt('http://ks/v3', changes));
	const names = [
		tokenFileName(cloud),
		tokenFileName(cloudAt('http://other/v3')),
		at({ region: 'R1' }),
		at({ interface: 'internal' }),
		at({ endpoint: 'http://m/v1' }),
		at({ tls: { insecure: true } }),
		at({ identity: { method: 'application_credential', id: 'a' } }),
		at({ identity: { method: 'application_credential', id: 'b' } }),
	];
	assert.equal(new Set(names).size, names.length);
	assert.equal(at({ secret: 'other', name: 'other' }), tokenFileName(cloud));
	for (const name of names) assert.match(name, /^token-[0-9a-f]{32}\.json$/);
});

const broken: readonly (readonly [string, (path: string) => void])[] = [
	['that is empty', (path) => fs.writeFileSync(path, '')],
	['that is cut', (path) => fs.writeFileSync(path, JSON.stringify(kept).slice(0, 30))],
	['of another version', (path) => fs.writeFileSync(path, JSON.stringify({ ...kept, version: 2 }))],
	[
		'with a token of two lines',
		(path) => fs.writeFileSync(path, JSON.stringify({ ...kept, token: 'a\nb' })),
	],
	['that others can read', (path) => fs.chmodSync(path, 0o644)],
	['that its group can read', (path) => fs.chmodSync(path, 0o640)],
	[
		'that is a link',
		(path) => {
			fs.renameSync(path, `${path}.real`);
			fs.symlinkSync(`${path}.real`, path);
		},
	],
	[
		'that is a directory with something in it',
		(path) => {
			fs.rmSync(path);
			fs.mkdirSync(path);
		},
	],
];
for (const [index, [name, spoil]] of broken.entries()) {
	test(`a file ${name} is no token`, () => {
		const { file, path } = open(`broken-${index}`);
		file.write(kept);
		spoil(path);
		assert.equal(file.read(), null);
		if (fs.statSync(path).isDirectory()) return;
		file.write(kept);
		assert.deepEqual(file.read(), kept);
		assert.equal(fs.lstatSync(path).mode & 0o7777, 0o600);
	});
}

test('a file of another user is no token, and a directory of another user is not used', (t) => {
	const { file, folder, path } = open('foreign');
	file.write(kept);
	const { getuid = () => 0 } = process;
	process.getuid = () => 12_345;
	t.after(() => {
		process.getuid = getuid;
	});
	assert.equal(file.read(), null);
	assert.equal(cacheProblem(folder), 'belongs to another user');
	file.drop(kept.token);
	file.write({ ...kept, token: 'other' });
	process.getuid = getuid;
	assert.deepEqual(file.read(), kept, path);
});

test('a token is forgotten only while it is there', () => {
	const { file, path } = open('drop');
	file.write(kept);
	file.drop('other');
	assert.deepEqual(file.read(), kept);
	file.drop(kept.token);
	assert.equal(fs.existsSync(path), false);
	file.drop(kept.token);
});

test('where nothing can be kept, nothing is, and the reason can be told', () => {
	const { file, folder, path } = open('open-to-all');
	fs.mkdirSync(folder);
	fs.chmodSync(folder, 0o777);
	file.write(kept);
	assert.equal(fs.existsSync(path), false);
	assert.equal(cacheProblem(folder), 'can be written to by others, expected mode 0700');
	const none = join(directory, 'none');
	assert.equal(cacheProblem(none), 'is not there (a run makes it, if it may)');
	fs.writeFileSync(none, secret);
	assert.equal(cacheProblem(none), 'is no directory');
	const under = openTokenFile(join(none, 'deeper'), cloud);
	under.write(kept);
	under.drop(kept.token);
	assert.equal(under.read(), null);
});
