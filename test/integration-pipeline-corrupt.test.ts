import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Checked, startChecked } from './checked.ts';
import { incident, operatorWord, snapshot, view } from './fixtures/values.ts';

let checked: Checked;

before(async () => {
	checked = await startChecked({ controllers: 1, computes: 1 });
	await checked.until(0, /^1 hosts on 2 networks$/);
	await checked.kill('compute-1', 'storage');
});
after(() => checked?.close());

const rubbish = '\u001b[31m"}\r\n{';
/** Every kind of key that a decision about compute-1 rests on, and a value of it as it ought to be. */
const kinds = {
	paused: operatorWord,
	'maintenance/compute-1': operatorWord,
	'approved/compute-1': operatorWord,
	'hosts/compute-1': incident,
	'controllers/controller-2': view,
	'networks/management': snapshot,
	'networks/storage': snapshot,
};

/** Leaves the key to the check while the host is due, and expects it to be as it was. */
async function leave(key: string, value: string): Promise<void> {
	const good = await checked.kv.get(key);
	await checked.kv.put(key, value);
	const before = await checked.kv.get(key);
	const { exitCode, text } = await checked.untilConfirmed('compute-1');
	assert.equal(exitCode, 2, text);
	assert.ok(text.includes(`critical: KV ${key}: `), text);
	assert.ok(text.includes(`critical: compute-1: held by unreadable: ${key}: `), text);
	assert.deepEqual(await checked.kv.get(key), before);
	assert.equal(checked.posted(), 0);
	if (good) await checked.kv.put(key, good.text);
	else await checked.kv.remove(key);
}

for (const [key, value] of Object.entries(kinds)) {
	test(`rubbish in ${key} is reported, left untouched, and holds the host (I8)`, () =>
		leave(key, rubbish));

	test(`version 99 of ${key} is reported, left untouched, and holds the host (I8)`, () =>
		leave(key, JSON.stringify({ ...value, version: 99 })));
}

test('200 corrupt keys are reported in a text that Consul does not cut', async () => {
	const keys = Array.from({ length: 200 }, (_, n) => `maintenance/${'ö'.repeat(60)}${n}`);
	// One after the other: Consul serves a client 200 connections, and the check is one more.
	for (const key of keys) await checked.kv.put(encodeURI(key), rubbish);
	const before = await checked.kv.all();
	const { exitCode, text } = await checked.check();
	assert.equal(exitCode, 2);
	assert.match(text, /^critical: 200 critical, 1 warning$/m);
	assert.match(text, /^and \d+ more: hostmonitor status$/m);
	const kept = (await checked.kv.all()).filter(({ key }) => key.startsWith('maintenance/'));
	assert.deepEqual(
		kept,
		before.filter(({ key }) => key.startsWith('maintenance/')),
	);
	for (const key of keys) await checked.kv.remove(encodeURI(key));
});

test('a corrupt value as long as Consul takes is reported in one short line', async () => {
	await checked.kv.put('paused', rubbish.repeat(50_000));
	const { exitCode, text } = await checked.check();
	assert.equal(exitCode, 2);
	assert.match(text, /^critical: KV paused: is not JSON.{1,80}$/m);
	await checked.kv.remove('paused');
});

test('as soon as nothing is corrupt, the host is notified', async () => {
	await checked.until(1, /^warning: compute-1: recovery \w+ by Masakari/m);
	assert.equal(checked.posted(), 1);
});
