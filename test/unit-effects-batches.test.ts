import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tick } from '../handlers/lib/tick.ts';
import { createScene } from './fixtures/effects.ts';
import { confirmed, openIn, run } from './fixtures/effects-story.ts';
import { all, hostNames, timeAt } from './fixtures/world.ts';

test("what is sent is dated no later than Masakari's clock", async () => {
	const scene = await confirmed();
	const around = scene.surround();
	const readFacts = async (now: () => number) => {
		const facts = await around.masakari.readFacts(now);
		return facts.ok ? { ...facts, date: facts.date - 4000 } : facts;
	};
	await tick({ ...around, masakari: { ...around.masakari, readFacts } });
	const times = scene.posts.map(({ generated_time }) => generated_time);
	assert.deepEqual(times, [timeAt(16 - 4)], 'four seconds behind ours');
});

test('each batch of eight goes by what Masakari knows before it, not by the first (I2)', async () => {
	const dead = hostNames(10);
	const scene = createScene({ ...all(hostNames(40, 'w'), 'up/up/up'), ...all(dead, 'up/up/down') });
	await run(scene);
	scene.pass(16);
	const around = scene.surround();
	let asked = 0;
	const readFacts = async (now: () => number) => {
		const facts = await around.masakari.readFacts(now);
		if (!facts.ok || ++asked === 1) return facts;
		const held = [...facts.hosts].map(
			([host, of]) => [host, { ...of, on_maintenance: true }] as const,
		);
		return { ...facts, hosts: new Map(held) };
	};
	await tick({ ...around, masakari: { ...around.masakari, readFacts } });
	assert.deepEqual(openIn(scene), dead.slice(0, 8), 'the others are on maintenance meanwhile');
	assert.equal(scene.posts.length, 8);
});
