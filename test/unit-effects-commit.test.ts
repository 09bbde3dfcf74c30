import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Incident } from '../handlers/lib/decide/incident.ts';
import {
	confirmed,
	holderOf,
	noAnswer,
	openIn,
	run,
	stopHolder,
	storedIn,
} from './fixtures/effects-story.ts';
import { wordOf } from './fixtures/world.ts';

test('an attempt is in KV, with its generated_time, before its request is written (I2)', async () => {
	const scene = await confirmed();
	let kept: Incident | undefined;
	scene.before('post', () => {
		kept = storedIn(scene).incidents['n1']?.value;
	});
	await run(scene);
	assert.equal(scene.posts.length, 1, 'it was sent');
	assert.equal(kept?.state, 'notifying', 'what KV held when it was written');
	assert.equal(kept?.attempt.generated_time, scene.posts[0]?.generated_time, 'and its time');
});

test('a holder that was stopped until another took the lock commits and sends nothing (I2)', async () => {
	const scene = await confirmed();
	let other = '';
	scene.before('transact', () => {
		other = stopHolder(scene);
	});
	const { done } = await run(scene);
	assert.deepEqual(scene.posts, [], 'nothing is written');
	assert.deepEqual(openIn(scene), [], 'nothing is committed to');
	assert.match(done.failures.join(), /not committed/, 'and the run says so');
	assert.equal(holderOf(scene), other, 'the lock stays where it is');
});

test('an incident that another began meanwhile is not begun again (I2)', async () => {
	const scene = await confirmed();
	scene.after('acquire', () => {
		// Both read a world without it; the other was quicker.
		scene.before('transact', () => scene.kv.putCas('hosts/n1', '{}', 0));
	});
	await run(scene);
	assert.deepEqual(scene.posts, [], 'nothing is written');
});

for (const key of ['paused', 'maintenance/n1', 'approved/n1']) {
	const say = (until?: number) => JSON.stringify(wordOf(until));
	test(`an operator's ${key} that appears between the reads and the commit stops the POST (I4)`, async () => {
		const scene = await confirmed();
		scene.before('transact', () => scene.kv.putCas(key, say(3600), 0));
		await run(scene);
		assert.deepEqual(scene.posts, [], 'nothing is written');
		assert.deepEqual(openIn(scene), [], 'nothing is committed to');
	});

	test(`an operator's ${key} that has expired and is said anew then stops the POST (I4)`, async () => {
		const scene = await confirmed();
		scene.kv.putCas(key, say(-3600), 0);
		scene.before('transact', () => {
			const index = scene.kv.read(key)?.ModifyIndex ?? 0;
			assert.ok(scene.kv.putCas(key, say(3600), index), 'said anew');
		});
		await run(scene);
		assert.deepEqual(scene.posts, [], 'nothing is written');
		assert.deepEqual(openIn(scene), [], 'nothing is committed to');
	});
}

test('an approval is used up by the commit that it allowed, and no other key is', async () => {
	const scene = await confirmed();
	for (const [key, until] of [['approved/n1', 3600] as const, ['paused', -3600] as const]) {
		scene.kv.putCas(key, JSON.stringify(wordOf(until)), 0);
	}
	await run(scene);
	assert.equal(scene.posts.length, 1, 'it was sent');
	const [approved, paused] = ['approved/n1', 'paused'].map((key) => scene.kv.read(key));
	assert.equal(approved, null, 'the approval is gone');
	assert.notEqual(paused, null, 'the word that holds nobody is left');
});

test('a commit whose answer was lost is an attempt of unknown end: nothing is written (I2)', async () => {
	const scene = await confirmed();
	scene.after('transact', noAnswer);
	await run(scene);
	const { incidents } = storedIn(scene);
	assert.deepEqual(scene.posts, [], 'nothing is written');
	assert.equal(incidents['n1']?.value.attempt.number, 1, 'the attempt is in KV');
	assert.equal(incidents['n1']?.value.attempt.outcome, undefined, 'and nobody knows its end');
});

test('an acceptance that is learnt after the lock was lost and the run is ended is recorded (I2)', async () => {
	const scene = await confirmed();
	scene.after('post', () => {
		stopHolder(scene);
		scene.ending = true;
	});
	await run(scene).catch(() => {});
	assert.equal(storedIn(scene).incidents['n1']?.value.state, 'notified', 'it is recorded');
});
