import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PostAnswer } from '../handlers/lib/decide/masakari.ts';
import { tick } from '../handlers/lib/tick.ts';
import { createScene, type Scene } from './fixtures/effects.ts';
import { confirmed, noAnswer, openIn, run, storedIn } from './fixtures/effects-story.ts';
import { all, hostNames, quiet } from './fixtures/world.ts';

const incidentIn = (scene: Scene) => storedIn(scene).incidents['n1']?.value;

/** Ticks every 5 s, each in a new process, until this many POSTs were written; how long that took. */
async function untilPosts(scene: Scene, count: number): Promise<number> {
	for (let seconds = 0; seconds < 300; seconds += 5) {
		if (scene.posts.length >= count) return seconds;
		scene.pass(5);
		await run(scene);
	}
	return assert.fail(`${scene.posts.length} POSTs within 300 s`);
}

test('after an ambiguous end nothing is sent before two empty look-ups, 20 s apart (I2)', async () => {
	const scene = await confirmed();
	scene.answers.push({ kind: 'ambiguous', error: '500' });
	await run(scene);
	const committed = incidentIn(scene)?.attempt.committed_at ?? 0;
	let lookedUp: readonly number[] = [];
	// The next attempt begins without look-ups: those before it are there until its commit.
	scene.before('transact', () => {
		lookedUp = incidentIn(scene)?.attempt.look_ups ?? [];
	});
	await untilPosts(scene, 2);
	assert.equal(lookedUp.length, 2, 'empty look-ups before the second POST');
	const [first = 0, second = 0] = lookedUp;
	assert.ok(first - committed >= 20_000, `the first came ${first - committed} ms after the commit`);
	assert.ok(second - first >= 20_000, `the second came ${second - first} ms after the first`);
});

test('the attempt after an ambiguous end has the time that was stored (I2)', async () => {
	const scene = await confirmed();
	scene.answers.push({ kind: 'ambiguous', error: 'timeout' });
	await run(scene);
	await untilPosts(scene, 2);
	const [first, second] = scene.posts.map(({ generated_time }) => generated_time);
	assert.equal(second, first, 'the row of the first POST would be found under it');
	assert.deepEqual(incidentIn(scene)?.generated_times, [first], 'its only time');
});

test('a look-up that fails proves nothing, however often it does (I2)', async () => {
	const scene = await confirmed();
	scene.answers.push({ kind: 'ambiguous', error: '500' });
	await run(scene);
	const { masakari } = scene.surround();
	const lookUp = async () => ({ ok: false as const, error: '500' });
	for (let seconds = 0; seconds < 120; seconds += 10) {
		scene.pass(10);
		await tick(scene.surround('c1', { masakari: { ...masakari, lookUp } }));
	}
	assert.deepEqual(incidentIn(scene)?.attempt.look_ups, [], 'look-ups that found nothing');
	assert.equal(scene.posts.length, 1, 'it is not sent again');
});

test('a row that the POST of a dead process left in Masakari is adopted, not sent again (I2)', async () => {
	const scene = await confirmed();
	scene.after('post', noAnswer);
	await run(scene);
	assert.equal(incidentIn(scene)?.attempt.outcome, undefined, 'nobody knows what became of it');
	await run(scene, 'c2');
	assert.equal(incidentIn(scene)?.state, 'notified', 'c2 knows');
	assert.equal(incidentIn(scene)?.uuid, 'row-0', 'by which row');
	assert.equal(scene.posts.length, 1, 'it was sent once');
});

const conflicts: readonly PostAnswer[] = [
	{ kind: 'conflict', because: 'duplicate', error: '409 is duplicate' },
	{ kind: 'conflict', because: 'maintenance', error: '409 already under maintenance' },
];
for (const answer of conflicts) {
	test(`a 409 (${'because' in answer && answer.because}) without a row of ours is no delivery (I2)`, async () => {
		const scene = await confirmed();
		scene.answers.push(answer);
		await run(scene);
		assert.equal(incidentIn(scene)?.state, 'notifying', 'it is still to be told');
		assert.equal(incidentIn(scene)?.attempt.outcome, 'refused', 'what the look-up showed');
		await untilPosts(scene, 2);
		assert.equal(incidentIn(scene)?.state, 'notified', 'it was told again');
		assert.equal(incidentIn(scene)?.generated_times.length, 2, 'with a time of its own');
	});
}

test('a storm latched in KV holds in the next process, though few are left of it (I6)', async () => {
	const rack = hostNames(8);
	const scene = createScene({ ...quiet, ...all(rack, 'up/up/down') });
	await run(scene);
	scene.hosts = { ...quiet, ...all(rack, 'up/up/up'), n001: 'up/up/down' };
	// 20 s are longer than `confirm`, 55 s shorter than `storm.calm`.
	for (const seconds of [5, 20, 30]) {
		scene.pass(seconds);
		await run(scene);
		assert.deepEqual(openIn(scene), [], `${seconds} s later nobody is committed to`);
	}
	assert.deepEqual(scene.posts, [], 'nothing is written');
	await untilPosts(scene, 1);
	assert.deepEqual(openIn(scene), ['n001'], 'who is left when it is over is sent');
});

test('a storm that another live controller has latched holds this one (I6)', async () => {
	const rack = hostNames(8);
	const scene = createScene({ ...quiet, ...all(rack, 'up/up/down') });
	await run(scene, 'c2');
	scene.hosts = { ...quiet, ...all(rack, 'up/up/up'), n001: 'up/up/down' };
	await run(scene);
	scene.pass(16);
	await run(scene);
	assert.deepEqual([scene.posts, openIn(scene)], [[], []], 'nothing is sent or committed to');
});
