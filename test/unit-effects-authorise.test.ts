import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tick } from '../handlers/lib/tick.ts';
import type { Scene } from './fixtures/effects.ts';
import { confirmed, holderOf, openIn, run, storedIn } from './fixtures/effects-story.ts';
import { all, hostNames, quiet } from './fixtures/world.ts';

/** What changes between the plan and the POST: after the connection stands, before the last reads. */
const meanwhile: readonly { name: string; change: (scene: Scene) => void }[] = [
	{
		name: 'is up again',
		change: (scene) => {
			scene.hosts = { ...quiet, n1: 'up/up/up' };
		},
	},
	{
		name: 'has left a network',
		change: (scene) => {
			scene.hosts = { ...quiet, n1: 'left/up/down' };
		},
	},
	{
		name: 'is unknown on the network that was down',
		change: (scene) => {
			scene.hosts = { ...quiet, n1: 'up/up/unknown' };
		},
	},
	{
		name: 'is in maintenance',
		change: ({ kv }) => {
			const word = { version: 1, who: 'ann', why: 'kernel update', at: 0 };
			kv.putCas('maintenance/n1', JSON.stringify(word), 0);
		},
	},
	{
		name: 'is not alone any more, and confirms anew',
		change: (scene) => {
			scene.hosts = { ...quiet, n1: 'up/up/down', n2: 'up/up/down' };
		},
	},
	{
		name: 'is one of a storm',
		change: (scene) => {
			scene.hosts = { ...quiet, n1: 'up/up/down', ...all(hostNames(9, 'm'), 'up/up/down') };
		},
	},
];

for (const { name, change } of meanwhile) {
	test(`a host that ${name} when it is read right before the POST is not sent (I1, I4, I5, I6)`, async () => {
		const scene = await confirmed();
		scene.after('connect', () => change(scene));
		await run(scene);
		assert.deepEqual(scene.posts, [], 'nothing is written');
		assert.deepEqual(openIn(scene), [], 'nothing is committed to');
		assert.equal(holderOf(scene), undefined, 'the lock is free');
	});
}

test('a verdict that no longer stands makes its controller stand back, and confirm anew (I1)', async () => {
	const scene = await confirmed();
	scene.after('connect', () => {
		scene.hosts = { ...quiet, n1: 'up/up/up' };
	});
	await run(scene);
	const own = storedIn(scene).views['c1']?.value;
	assert.match(own?.abstains?.reason ?? '', /no longer stood/, 'why it stands back');
	assert.equal(own?.due['n1'], undefined, 'what it saw before confirms nothing');
});

test('a network that cannot be read right before the POST is named as the reason (I1, I5)', async () => {
	const scene = await confirmed();
	let isCut = false;
	scene.after('connect', () => {
		isCut = true;
	});
	const around = scene.surround();
	await tick({
		...around,
		readNetworks: async (...asked) => {
			const reads = await around.readNetworks(...asked);
			return isCut ? { ...reads, storage: { ok: false, error: 'no leader' } } : reads;
		},
	});
	assert.deepEqual([scene.posts, openIn(scene)], [[], []]);
	const reason = storedIn(scene).views['c1']?.value.abstains?.reason ?? '';
	assert.match(reason, /^the verdict on n1 no longer stood .*; storage cannot be read: no leader$/);
});

test('reads that are older than 8 s authorise no commit (I1)', async () => {
	const scene = await confirmed();
	scene.after('connect', () => {
		// The probe is what may take long between the reads and the commit.
		scene.before('knock', () => scene.pass(9));
	});
	const { done } = await run(scene);
	assert.deepEqual(openIn(scene), [], 'nothing is committed to');
	assert.match(done.failures.join(), /reads that authorise it are old/, 'and the run says so');
});

test('a process that is stopped for over 2 s after its commit does not write any more (I1)', async () => {
	const scene = await confirmed();
	scene.after('transact', () => scene.pass(3));
	await run(scene);
	assert.deepEqual(scene.posts, [], 'nothing is written');
	const attempt = storedIn(scene).incidents['n1']?.value.attempt;
	assert.equal(attempt?.outcome, 'unsent', 'and everybody can know');
});

test('what was not written is written by the next controller, with the same time (I2)', async () => {
	const scene = await confirmed();
	await run(scene, 'c2');
	scene.after('transact', () => scene.pass(3));
	await run(scene);
	scene.pass(16);
	await run(scene, 'c2');
	const committed = storedIn(scene).incidents['n1']?.value;
	assert.equal(committed?.state, 'notified', 'it was sent');
	assert.deepEqual(scene.posts.length, 1, 'once');
	assert.deepEqual(committed?.generated_times, [scene.posts[0]?.generated_time], 'its only time');
});

test('no POST begins after the last moment at which its deadline would not cut it', async () => {
	const scene = await confirmed();
	const around = scene.surround();
	await tick({ ...around, lastPost: around.clock.uptime() - 1 });
	assert.deepEqual(scene.posts, [], 'nothing is written');
	assert.deepEqual(openIn(scene), [], 'nothing is committed to');
	assert.equal(holderOf(scene), undefined, 'the lock is free');
});

test('a controller that cannot connect to Masakari commits to nothing, and stands back (I2)', async () => {
	const scene = await confirmed();
	const around = scene.surround();
	const connect = async () => ({ ok: false as const, error: 'ECONNREFUSED' });
	await tick({ ...around, masakari: { ...around.masakari, connect } });
	assert.deepEqual(openIn(scene), [], 'nothing is committed to');
	assert.equal(holderOf(scene), undefined, 'the lock is free');
	scene.pass(10);
	await run(scene);
	assert.deepEqual(scene.posts, [], 'it leaves it to another for 30 s');
	scene.pass(21);
	await run(scene);
	assert.equal(scene.posts.length, 1, 'and then tries again');
});

test('a confirmation is of 15 s, seen by whoever sends (I1)', async () => {
	const scene = await confirmed();
	await run(scene, 'c2');
	assert.deepEqual(scene.posts, [], 'c2 has seen it once only');
	await run(scene, 'c1');
	assert.equal(scene.posts.length, 1, 'c1 has seen it for 16 s');
});

test('a host whose agent answers is held, whatever gossip says, and confirms anew (I1)', async () => {
	const scene = await confirmed();
	scene.port = 'answered';
	await run(scene);
	assert.deepEqual(scene.posts, [], 'nothing is written');
	assert.deepEqual(openIn(scene), [], 'nothing is committed to');
	assert.deepEqual(
		storedIn(scene).views['c1']?.value.held['n1'],
		[{ gate: 'agent', reason: 'its agent answers on storage, gossip is late' }],
		'and the view says why',
	);
	scene.port = 'silent';
	scene.pass(1);
	await run(scene);
	scene.pass(14);
	await run(scene);
	assert.deepEqual(scene.posts, [], 'what was seen before confirms nothing');
	scene.pass(2);
	await run(scene);
	assert.equal(scene.posts.length, 1, 'an agent that answers no more is told of');
});

test('an agent that answers only at the last look before the POST makes its host confirm anew (I1)', async () => {
	const scene = await confirmed();
	scene.before('connect', () => {
		scene.port = 'answered';
	});
	await run(scene);
	assert.deepEqual(openIn(scene), [], 'nothing is committed to');
	assert.equal(holderOf(scene), undefined, 'the lock is free');
	const own = storedIn(scene).views['c1']?.value;
	assert.equal(own?.held['n1']?.[0]?.gate, 'agent', 'and the view says why');
	assert.equal(own?.abstains, null, 'it holds nobody else');
	scene.port = 'silent';
	scene.pass(1);
	await run(scene);
	scene.pass(14);
	await run(scene);
	assert.deepEqual(scene.posts, [], 'what was seen before confirms nothing');
	scene.pass(2);
	await run(scene);
	assert.equal(scene.posts.length, 1, 'an agent that answers no more is told of');
});
