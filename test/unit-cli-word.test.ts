import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConsulError, InputError } from '../handlers/lib/errors.ts';
import type { Kv } from '../handlers/lib/io/kv.ts';
import type { KvEntry } from '../handlers/lib/schema/kv.ts';
import { deleteWord, putWord } from '../scripts/lib/operator-word.ts';
import type { Store } from '../scripts/lib/store.ts';
import { operatorWord } from './fixtures/values.ts';
import { settings, wordOf } from './fixtures/world.ts';

const no = () => assert.fail('not to be called');
const word = wordOf(900);

/** One key, which somebody else changes before each of the first `rivals` writes. */
function storeOf(first: string | null, rivals: readonly string[] = []) {
	let [value, index] = [first, first === null ? 0 : 1];
	const coming = [...rivals];
	const written: (string | null)[] = [];
	const write = (next: string | null, cas: number) => {
		const rival = coming.shift();
		if (rival !== undefined) [value, index] = [rival, index + 1];
		if (cas !== index) return Promise.resolve(false);
		written.push(next);
		[value, index] = [next, index + 1];
		return Promise.resolve(true);
	};
	const read = (Key: string): Promise<KvEntry | null> => {
		if (value === null) return Promise.resolve(null);
		const Value = Buffer.from(value).toString('base64');
		return Promise.resolve({ Key, Value, ModifyIndex: index, Flags: 0 });
	};
	const kv: Kv = {
		...{ readAll: no, acquire: no, release: no, createSession: no, renewSession: no },
		...{ destroySession: no, transact: no, waitForChange: no, read },
		putCas: (_key, next, cas) => write(next, cas),
		deleteCas: (_key, cas) => write(null, cas),
	};
	const config: Store['config'] = {
		...{ file: '/x.yaml', kvPrefix: 'hm', networks: {}, settings, digest: '', cacheDir: '/x' },
		masakari: { auth: 'keystone', cloud: 'monitor' },
	};
	return { store: { config, kv }, written };
}
const other = JSON.stringify(operatorWord);

test('a word is stored where there was none, and takes the place of an earlier one', async () => {
	for (const [before, said] of [
		[null, 'new'],
		[other, 'again'],
	] as const) {
		const { store, written } = storeOf(before);
		assert.equal(await putWord(store, 'paused', word), said);
		assert.deepEqual(written, [JSON.stringify(word)]);
	}
});

test('a word that somebody else came before is said again on top of theirs', async () => {
	const { store, written } = storeOf(null, [other, other]);
	assert.equal(await putWord(store, 'paused', word), 'again');
	assert.deepEqual(written, [JSON.stringify(word)]);
});

test('I8: what does not parse is not touched, also where it came between', async () => {
	for (const [before, rivals] of [
		['{', []],
		['{"version":1}', []],
		[other, ['{']],
	] as const) {
		for (const change of [
			(s: Store) => putWord(s, 'paused', word),
			(s: Store) => deleteWord(s, 'paused'),
		]) {
			const { store, written } = storeOf(before, rivals);
			await assert.rejects(change(store), (error) => {
				assert.ok(error instanceof InputError);
				assert.match(error.message, /^hm\/paused does not parse, and was not touched: /);
				assert.match(error.message, /consul kv get hm\/paused\n.*consul kv delete hm\/paused$/);
				return true;
			});
			assert.deepEqual(written, []);
		}
	}
});

test('taking back what is not there writes nothing', async () => {
	const { store, written } = storeOf(null);
	assert.equal(await deleteWord(store, 'paused'), false);
	assert.deepEqual(written, []);
});

test('a key that changes without end is given up', async () => {
	const { store } = storeOf(
		null,
		Array.from({ length: 20 }, () => other),
	);
	await assert.rejects(putWord(store, 'paused', word), ConsulError);
});
