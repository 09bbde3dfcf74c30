import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendStarted } from '../handlers/lib/close.ts';
import { generatedTimeAt } from '../handlers/lib/decide/notification.ts';
import { pipeline } from '../handlers/lib/pipeline.ts';
import { tick } from '../handlers/lib/tick.ts';
import type { Scene } from './fixtures/effects.ts';
import { confirmed, openIn, run, storedIn } from './fixtures/effects-story.ts';
import { masakariOf, notifiedOf, quiet, settings } from './fixtures/world.ts';

/** A cloud in which n1, long notified, has been back for longer than `confirm`: the next tick closes. */
async function returned(): Promise<Scene> {
	const scene = await confirmed();
	const told = notifiedOf('n1', -600, { masakari_status: 'finished' });
	scene.kv.putCas('hosts/n1', JSON.stringify(told), 0);
	scene.hosts = { ...quiet, n1: 'up/up/up' };
	await run(scene);
	scene.pass(16);
	return scene;
}

const recordIn = (scene: Scene) => {
	const [[key, { value }] = assert.fail('nothing is closed'), ...more] = Object.entries(
		storedIn(scene).history,
	);
	assert.deepEqual(more, [], 'one record');
	return { key, closed: value };
};

test('a notified host that came back is closed in one transaction, and told once (I2)', async () => {
	const scene = await returned();
	await run(scene);
	assert.deepEqual(openIn(scene), [], 'it is closed');
	const { key, closed } = recordIn(scene);
	assert.deepEqual([closed.reason, closed.started?.state], ['returned', 'accepted'], 'and told');
	await run(scene, 'c2');
	await sendStarted(key, masakariOf([]), scene.surround('c2'));
	const events = scene.posts.map(({ payload }) => payload.event);
	assert.deepEqual(events, ['STARTED'], 'what Masakari was told');
});

test('a controller whose clock is wrong closes by that of Masakari, and leaves STARTED to another', async () => {
	const scene = await returned();
	const { clock, masakari } = scene.surround();
	const hour = 3_600_000;
	const ahead = { ...clock, now: () => clock.now() + hour };
	const readFacts = async () => ({ ...masakariOf([]), date: clock.now(), offsetMs: hour });
	await tick(scene.surround('c1', { clock: ahead, masakari: { ...masakari, readFacts } }));
	const { key, closed } = recordIn(scene);
	assert.deepEqual(closed.closed_at, clock.now(), 'when it was closed');
	assert.deepEqual([scene.posts, closed.started?.tries], [[], 0], 'nobody is told yet');
	scene.pass(30);
	const late = { ...clock, now: () => clock.now() + 3000 };
	await tick(scene.surround('c2', { clock: late }));
	const told = generatedTimeAt(clock.now());
	assert.deepEqual(
		scene.posts.map(({ generated_time }) => generated_time),
		[told],
		"dated when it is sent, not later than Masakari's clock",
	);
	assert.equal(storedIn(scene).history[key]?.value.started?.generated_time, told);
});

test('STARTED that is tried again keeps its date: Masakari knows a duplicate by it', async () => {
	const scene = await returned();
	scene.answers.push({ kind: 'ambiguous', error: 'no answer' });
	await run(scene);
	scene.pass(60);
	await run(scene);
	const [first, second] = scene.posts.map(({ generated_time }) => generated_time);
	assert.deepEqual([second, scene.posts.length], [first, 2]);
});

test('an observer closes, and tells nobody', async () => {
	const scene = await returned();
	await tick(scene.surround('c1', { settings: { ...settings, mode: 'observe' } }));
	assert.deepEqual(openIn(scene), [], 'it is closed');
	assert.deepEqual(scene.posts, [], 'nothing is written');
});

test('no STARTED begins after the last moment at which its deadline would not cut it', async () => {
	const scene = await returned();
	await tick(scene.surround('c1', { lastPost: 0 }));
	assert.deepEqual(scene.posts, [], 'nothing is written');
	assert.equal(recordIn(scene).closed.started?.state, 'pending', 'it is left to the next run');
	await run(scene);
	assert.equal(recordIn(scene).closed.started?.state, 'accepted', 'which tells');
});

test('a Masakari that cannot be reached uses up no try of STARTED', async () => {
	const scene = await returned();
	const { masakari } = scene.surround();
	const connect = async () => ({ ok: false as const, error: 'connection refused' });
	for (let tries = 0; tries < 4; tries++) {
		await tick(scene.surround('c1', { masakari: { ...masakari, connect } }));
	}
	assert.deepEqual(scene.posts, [], 'nothing is written');
	assert.deepEqual(recordIn(scene).closed.started?.tries, 0, 'no try is counted');
	await run(scene);
	assert.equal(recordIn(scene).closed.started?.state, 'accepted', 'the first that can is');
});

test('what another told meanwhile is not told again, and its connection is closed', async () => {
	const scene = await returned();
	await tick(scene.surround('c1', { lastPost: 0 }));
	const { key } = recordIn(scene);
	const { masakari, ...c2 } = scene.surround('c2');
	let closed = 0;
	const connect = async () => {
		const connection = await masakari.connect();
		await sendStarted(key, masakariOf([]), scene.surround('c1'));
		return { ...connection, close: () => void closed++ };
	};
	await sendStarted(key, masakariOf([]), { ...c2, masakari: { ...masakari, connect } });
	assert.deepEqual([scene.posts.length, closed], [1, 1], 'one request, no connection left');
});

test("a view of this controller's own that does not parse is left as it is, and holds (I8)", async () => {
	const scene = await confirmed();
	const index = scene.kv.read('controllers/c1')?.ModifyIndex ?? 0;
	scene.kv.putCas('controllers/c1', 'rubbish', index);
	const before = scene.kv.read('controllers/c1');
	await run(scene);
	assert.deepEqual(scene.kv.read('controllers/c1'), before, 'what somebody left there');
	assert.deepEqual([scene.posts, openIn(scene)], [[], []], 'nothing is sent or committed to');
});

test("the check writes snapshots and keeps its controller's view alive", async () => {
	const scene = await confirmed();
	let renewed = false;
	scene.before('renewSession', () => {
		renewed = true;
	});
	await pipeline(scene.surround());
	assert.ok(renewed, "the view's session");
	const { storage } = storedIn(scene).snapshots;
	assert.deepEqual(storage?.value.down, ['n1'], 'what storage says');
});

test('STARTED is written three times at most, however many controllers have seen it pending', async () => {
	const scene = await returned();
	const lost = { kind: 'ambiguous' as const, error: 'no answer' };
	scene.answers.push(lost, lost, lost, lost);
	await run(scene);
	const { key } = recordIn(scene);
	for (const self of ['c2', 'c3', 'c1', 'c2']) {
		await sendStarted(key, masakariOf([]), scene.surround(self));
	}
	assert.equal(scene.posts.length, 3);
});
