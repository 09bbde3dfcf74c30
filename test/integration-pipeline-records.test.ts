import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Checked, startChecked } from './checked.ts';
import { closed, view } from './fixtures/values.ts';

let checked: Checked;
/** The history record of compute-1's first recovery. */
let record = '';

before(async () => {
	checked = await startChecked({ controllers: 1, computes: 1 });
	await checked.until(0, /^1 hosts on 2 networks$/);
	await checked.kill('compute-1', 'storage');
	await checked.until(1, /^warning: compute-1: recovery finished by Masakari/m);
	await checked.revive('compute-1', 'storage');
	await checked.until(0, /^1 hosts on 2 networks$/);
	record = (await checked.kv.all()).find(({ key }) => key.startsWith('history/'))?.key ?? '';
	checked.masakari.clearMaintenance('compute-1');
});
after(() => checked?.close());

for (const [name, value] of [
	['rubbish', '{{'],
	['version 99', JSON.stringify({ ...closed, version: 99 })],
] as const) {
	test(`a history record of ${name} is reported, left untouched, and lets nobody be notified twice (I2, I8)`, async () => {
		await checked.kv.put(record, value);
		const before = await checked.kv.get(record);
		const posted = checked.posted();
		await checked.kill('compute-1', 'storage');
		const { exitCode, text } = await checked.untilConfirmed('compute-1');
		assert.equal(exitCode, 2, text);
		assert.ok(text.includes(`critical: KV ${record}: `), text);
		assert.match(text, /^critical: compute-1: held by masakari: Masakari has a STOPPED of /m);
		assert.deepEqual(await checked.kv.get(record), before);
		assert.equal(checked.posted(), posted);
		await checked.revive('compute-1', 'storage');
		await checked.until(2, /^critical: KV history/m);
	});
}

test('a corrupt own view is reported and left untouched (I8)', async () => {
	await checked.kv.clear();
	await checked.kv.put('controllers/controller-1', JSON.stringify({ ...view, version: 99 }));
	const before = await checked.kv.get('controllers/controller-1');
	const { exitCode, text } = await checked.check();
	assert.deepEqual(await checked.kv.get('controllers/controller-1'), before);
	assert.equal(exitCode, 2, text);
	assert.match(text, /^critical: KV controllers\/controller-1: is of version 99/m);
});

test('a corrupt own view that its session still holds is named (I8)', async () => {
	await checked.kv.clear();
	await checked.check();
	await checked.kv.put('controllers/controller-1', '{{');
	const { exitCode, text } = await checked.check();
	assert.equal(exitCode, 2, text);
	assert.match(text, /^critical: KV controllers\/controller-1: is not JSON/m);
});
