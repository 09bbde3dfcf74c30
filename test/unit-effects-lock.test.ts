import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Effect } from './fixtures/effects.ts';
import {
	confirmed,
	holderOf,
	noAnswer,
	openIn,
	run,
	stopHolder,
	storedIn,
} from './fixtures/effects-story.ts';
import { notifiedOf, quiet } from './fixtures/world.ts';

/** Everything a holder does between taking the lock and giving it back. */
const locked: readonly Effect[] = [
	...(['connect', 'readAll', 'readNetworks', 'knock', 'transact'] as const),
	...(['post', 'read', 'putCas', 'lookUp'] as const),
];

for (const effect of locked) {
	test(`the lock is given back after ${effect} failed, and nobody renews it`, async () => {
		const scene = await confirmed();
		// A 409 is looked up.
		if (effect === 'lookUp') {
			scene.answers.push({ kind: 'conflict', because: 'duplicate', error: '409' });
		}
		let failed = false;
		scene.after('acquire', () => {
			scene.before(effect, () => {
				failed = true;
				noAnswer();
			});
		});
		await run(scene).catch(() => {});
		assert.ok(failed, `${effect} was called while the lock was held`);
		assert.equal(holderOf(scene), undefined, 'the lock is free');
		assert.equal(scene.timers.size, 0, 'nothing is renewed any more');
		assert.equal(scene.kv.sessions().length, 1, "only the view's session is left");
	});
}

test('a lock that was taken while its answer was lost is given back', async () => {
	const scene = await confirmed();
	scene.after('acquire', noAnswer);
	await run(scene).catch(() => {});
	assert.equal(holderOf(scene), undefined, 'the lock is free');
	assert.equal(scene.kv.sessions().length, 1, "only the view's session is left");
});

test('a run that is ended while it holds the lock gives it back', async () => {
	const scene = await confirmed();
	scene.after('acquire', () => {
		scene.ending = true;
	});
	await run(scene).catch(() => {});
	assert.equal(holderOf(scene), undefined, 'the lock is free');
	assert.equal(scene.kv.sessions().length, 1, "only the view's session is left");
});

test('a lock is released before its session ends, which would begin its lock-delay', async () => {
	const scene = await confirmed();
	let held: string | undefined = 'nothing was destroyed';
	scene.before('destroySession', () => {
		held = holderOf(scene);
	});
	await run(scene);
	assert.equal(held, undefined, 'who holds it when its session is destroyed');
});

test('a lock is renewed while a request is in flight', async () => {
	const scene = await confirmed();
	let renewed = false;
	scene.before('post', () => {
		scene.before('renewSession', () => {
			renewed = true;
		});
		for (const renew of scene.timers) renew();
	});
	await run(scene);
	assert.equal(scene.posts.length, 1, 'it was sent');
	assert.ok(renewed, 'and the lock was renewed meanwhile');
});

test('where another holds the lock nothing is sent, and the run says so (I2)', async () => {
	const scene = await confirmed();
	const other = scene.kv.createSession({ name: 'c2', ttlSeconds: 10, behavior: 'delete' });
	scene.kv.acquire('lock', JSON.stringify({ version: 1, controller: 'c2', at: 0 }), other);
	const { done } = await run(scene);
	assert.equal(done.elsewhere, true, 'the run says so');
	assert.deepEqual([scene.posts, openIn(scene)], [[], []], 'nothing is sent or committed to');
	assert.equal(holderOf(scene), other, 'the lock stays where it is');
	assert.equal(scene.kv.sessions().length, 2, "the view's session, and the other's");
});

test('a holder that was stopped until another took the lock closes nothing', async () => {
	const scene = await confirmed();
	const told = notifiedOf('n1', -600, { masakari_status: 'finished' });
	scene.kv.putCas('hosts/n1', JSON.stringify(told), 0);
	scene.hosts = { ...quiet, n1: 'up/up/up' };
	await run(scene);
	scene.pass(16);
	scene.before('transact', () => void stopHolder(scene));
	await run(scene);
	assert.deepEqual(openIn(scene), ['n1'], 'it is open');
	assert.deepEqual(Object.keys(storedIn(scene).history), [], 'nothing is in the history');
});
