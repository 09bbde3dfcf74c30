import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pipeline } from '../handlers/lib/pipeline.ts';
import type { Surroundings } from '../handlers/lib/surroundings.ts';
import { createScene, type Scene } from './fixtures/effects.ts';
import { openIn, storedIn } from './fixtures/effects-story.ts';
import { quiet, readsOf, settings } from './fixtures/world.ts';

/** What each answer takes, in seconds. */
interface Slow {
	/** A read of all networks, when all can be read. */
	readonly networks: number;
	/** One that cannot be read takes 3 s, or half a second where it is known. */
	readonly unreadable: readonly string[];
	/** Masakari's lists: two GETs in a row. */
	readonly lists: number;
	readonly probe: number;
}

/** A controller's checks/pipeline, begun now: its last POST begins in its 9th second. */
function surround(scene: Scene, self: string, slow: Slow): Surroundings {
	const base = scene.surround(self);
	const { clock, masakari } = base;
	/** What begins at the same time takes as long as the longest of it. */
	const after = async <T>(seconds: number, apply: () => T | Promise<T>): Promise<T> => {
		const end = clock.uptime() + seconds;
		await new Promise(setImmediate);
		scene.pass(Math.max(0, end - clock.uptime()));
		return apply();
	};
	return {
		...base,
		settings: { ...settings, agentProbe: true },
		lastPost: clock.uptime() + 9,
		readNetworks: (_stored, only, before = {}) => {
			const isKnown = slow.unreadable.every((network) => before[network]?.ok === false);
			const unread = isKnown ? 0.5 : 3;
			return after(slow.unreadable.length > 0 ? unread : slow.networks, () => {
				const reads = Object.entries(readsOf(scene.hosts, slow.unreadable));
				return Object.fromEntries(reads.filter(([n]) => only?.includes(n) ?? true));
			});
		},
		knock: () => after(slow.probe, () => 'silent'),
		masakari: {
			...masakari,
			readFacts: (now) => after(slow.lists, () => masakari.readFacts(now)),
			connect: () => after(0.1, () => masakari.connect()),
		},
	};
}

const well = { networks: 0.1, unreadable: [], lists: 0.6, probe: 1 };
const cases: readonly { name: string; slow: Slow }[] = [
	{ name: 'all answers are quick', slow: well },
	{ name: 'one network cannot be read', slow: { ...well, unreadable: ['tenant'] } },
	{ name: "each of Masakari's lists takes 2 s", slow: { ...well, lists: 4 } },
	{
		name: "one network cannot be read, and each of Masakari's lists takes 2 s",
		slow: { ...well, unreadable: ['tenant'], lists: 4 },
	},
];

for (const { name, slow } of cases) {
	test(`three controllers' checks alone deliver once where ${name} (I2)`, async () => {
		const scene = createScene({ ...quiet, n1: 'down/down/down' });
		for (let round = 0; round < 12; round++) {
			for (const self of ['c1', 'c2', 'c3']) await pipeline(surround(scene, self, slow));
			scene.pass(3);
		}
		assert.equal(scene.posts.length, 1, 'what Masakari was told');
		assert.deepEqual(openIn(scene), ['n1'], 'what is committed to');
		assert.equal(storedIn(scene).incidents['n1']?.value.state, 'notified', 'and recorded');
	});
}

test('a POST whose commit outlasts the moment at which its deadline would cut it is not written', async () => {
	const scene = createScene({ ...quiet, n1: 'up/up/down' });
	await pipeline(surround(scene, 'c1', well));
	scene.pass(16);
	const around = surround(scene, 'c1', well);
	scene.after('transact', () => scene.pass(around.lastPost - around.clock.uptime() + 0.1));
	scene.before('transact', () => scene.pass(around.lastPost - around.clock.uptime() - 0.1));
	await pipeline(around);
	assert.deepEqual(scene.posts, [], 'nothing is written');
	const attempt = storedIn(scene).incidents['n1']?.value.attempt;
	assert.equal(attempt?.outcome, 'unsent', 'and everybody can know');
});
