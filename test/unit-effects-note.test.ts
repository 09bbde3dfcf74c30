import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeldRecord } from '../handlers/lib/decide/incident.ts';
import { createScene, type Scene } from './fixtures/effects.ts';
import { confirmed, holderOf, run, stopHolder, storedIn } from './fixtures/effects-story.ts';
import { closed, heldRecord } from './fixtures/values.ts';
import { now, quiet, wordOf } from './fixtures/world.ts';

/** A cloud in which a pause held n1 for longer than `confirm`, at two controllers, and n1 is back. */
async function spared(): Promise<Scene> {
	const scene = createScene({ ...quiet, n1: 'up/up/down' });
	scene.kv.putCas('paused', JSON.stringify(wordOf()), 0);
	for (let reads = 0; reads < 3; reads++) {
		for (const self of ['c1', 'c2']) await run(scene, self);
		scene.pass(10);
	}
	scene.hosts = { ...quiet, n1: 'up/up/up' };
	return scene;
}

const recordsIn = (scene: Scene) => Object.values(storedIn(scene).held).map(({ value }) => value);

test('a host that a gate held until it came back is recorded once, whoever noticed it', async () => {
	const scene = await spared();
	await run(scene);
	scene.pass(8);
	await run(scene, 'c2');
	await run(scene);
	const [record, ...more] = recordsIn(scene);
	assert.deepEqual(more, [], 'once');
	assert.deepEqual([record?.name, record?.reason], ['n1', 'held'], 'who and why');
	assert.equal(holderOf(scene), undefined, 'the lock is given back');
	for (const self of ['c1', 'c2']) {
		assert.equal(storedIn(scene).views[self]?.value.spells, undefined, `${self} has done with it`);
	}
});

test('what another recorded between the plan and the lock is not recorded again', async () => {
	const scene = await spared();
	await run(scene, 'c2');
	const [record = assert.fail('a record')] = recordsIn(scene);
	const [key = ''] = Object.keys(storedIn(scene).held);
	scene.kv.deleteCas(`history/${key}`, storedIn(scene).held[key]?.index ?? 0);
	scene.after('acquire', () => {
		if (holderOf(scene)) scene.kv.putCas('history/x', JSON.stringify(record), 0);
	});
	await run(scene);
	assert.deepEqual(Object.keys(storedIn(scene).held), ['x'], 'once');
});

test('whoever lost the lock records nothing; the next tick does', async () => {
	const scene = await spared();
	scene.before('transact', () => void stopHolder(scene));
	await run(scene);
	assert.deepEqual(recordsIn(scene), [], 'nothing by the old holder');
	const holder = holderOf(scene);
	if (holder) scene.kv.expire(holder);
	await run(scene);
	assert.equal(recordsIn(scene).length, 1, 'once');
});

test('an approved host carries the word and what had held it into its incident', async () => {
	const scene = await confirmed();
	scene.kv.putCas('paused', JSON.stringify(wordOf()), 0);
	await run(scene);
	scene.kv.deleteCas('paused', scene.kv.read('paused')?.ModifyIndex ?? 0);
	scene.kv.putCas('approved/n1', JSON.stringify(wordOf(900, 'its VMs first')), 0);
	await run(scene);
	scene.pass(16);
	await run(scene);
	const incident = storedIn(scene).incidents['n1']?.value;
	assert.deepEqual(incident?.approval, { who: 'ann', why: 'its VMs first', at: now });
	assert.deepEqual(incident?.held_before, [
		{ gate: 'paused', reason: 'paused by ann: kernel update' },
	]);
	assert.equal(incident?.state, 'notified');
});

test('the history keeps the newest 200 of either kind: neither pushes the other out', async () => {
	const scene = await spared();
	const put = (key: string, value: typeof closed | HeldRecord) =>
		scene.kv.putCas(`history/${key}`, JSON.stringify(value), 0);
	const key = (n: number, kind: string) => `2024-01-01T00:${String(n).padStart(4, '0')}Z-${kind}`;
	const { started: _, ...done } = closed;
	for (let n = 0; n < 210; n++) put(key(n, 'held'), { ...heldRecord, name: `h${n}` });
	for (let n = 0; n < 200; n++) put(key(n, 'done'), { ...done, name: `d${n}` });
	await run(scene);
	const { history, held } = storedIn(scene);
	assert.equal(Object.keys(history).length, 200, 'incidents');
	// The one of this run is trimmed by the next.
	assert.equal(Object.keys(held).length, 201, 'the others');
	assert.equal(held[key(9, 'held')], undefined, 'the oldest went');
});
