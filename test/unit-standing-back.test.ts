import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Incident } from '../handlers/lib/decide/incident.ts';
import type { PostAnswer } from '../handlers/lib/decide/masakari.ts';
import { emptyView, isAlone } from '../handlers/lib/decide/own-view.ts';
import { plan } from '../handlers/lib/decide/plan.ts';
import {
	abstentionFor,
	decideAbstention,
	longestAbstention,
	standBack,
} from '../handlers/lib/decide/standing-back.ts';
import type { View } from '../handlers/lib/decide/view.ts';
import { tick } from '../handlers/lib/tick.ts';
import type { Scene } from './fixtures/effects.ts';
import { confirmed, run, storedIn } from './fixtures/effects-story.ts';
import { incidentOf, later, viewed, worldOf } from './fixtures/world.ts';

const refused = (scope: 'everywhere' | 'controller'): PostAnswer => ({
	...{ kind: 'refused', error: '401', scope, rarely: false },
});
const cases: readonly {
	name: string;
	answer: PostAnswer;
	isAlone?: true;
	seconds: number | null;
}[] = [
	{ name: 'that could not connect', answer: { kind: 'unsent', error: 'x' }, seconds: 30 },
	{ name: 'whose credentials are refused', answer: refused('controller'), seconds: 30 },
	{ name: 'that was refused as anybody would be', answer: refused('everywhere'), seconds: null },
	{
		name: 'that met a conflict',
		answer: { kind: 'conflict', because: 'duplicate', error: '409' },
		seconds: null,
	},
	{
		name: 'that met an error of Masakari itself',
		answer: { kind: 'ambiguous', error: '500' },
		seconds: null,
	},
	{
		name: 'that got no answer',
		answer: { kind: 'ambiguous', error: 'x', scope: 'controller' },
		seconds: 90,
	},
	{
		name: 'that got no answer and is alone',
		answer: { kind: 'ambiguous', error: 'x', scope: 'controller' },
		isAlone: true,
		seconds: null,
	},
];

for (const { name, answer, isAlone = false, seconds } of cases) {
	test(`a controller ${name} ${seconds ? `stands back for ${seconds} s` : 'does not stand back'}`, () => {
		const abstention = decideAbstention(answer, 'n1', isAlone);
		assert.equal(abstention?.seconds ?? null, seconds);
		if (abstention && 'error' in answer) assert.equal(abstention.reason, answer.error);
	});
}

/** For how long a controller stands back that does so again and again, by this dice. */
function inARow(seconds: number, random: number): number[] {
	let view = emptyView(worldOf());
	return Array.from({ length: 6 }, () => {
		const uptime = view.abstains?.until ?? 5000;
		view = standBack(view, { seconds, reason: 'x' }, uptime, random);
		return (view.abstains?.until ?? 0) - uptime;
	});
}

test('it stands back longer each time in a row, spread over the upper half, for 2 min at most', () => {
	assert.deepEqual(inARow(30, 1), [30, 60, 120, 120, 120, 120]);
	assert.deepEqual(inARow(30, 0), [30, 30, 60, 60, 60, 60]);
	assert.deepEqual(inARow(90, 0), [90, 90, 90, 90, 90, 90]);
});

test('what it stood back for is kept in its view for 10 min', () => {
	const uptime = 5000;
	const view = standBack(emptyView(worldOf()), abstentionFor('TLS failed'), uptime, 1);
	const world = viewed(worldOf(), view);
	const soon = plan(later(world, 620)).view;
	assert.deepEqual([soon.abstains, soon.stood_back?.times], [null, 1]);
	assert.equal(plan(later(world, 631)).view.stood_back, undefined);
});

const standing = (scene: Scene, name = 'c1') =>
	storedIn(scene).views[name]?.value.stood_back?.times;

test('each controller counts for itself, and an accepted POST ends its count', async () => {
	const scene = await confirmed();
	const refuses = (self: string) => {
		const around = scene.surround(self);
		const connect = async () => ({ ok: false as const, error: 'TLS failed' });
		return { ...around, masakari: { ...around.masakari, connect } };
	};
	for (let i = 0; i < 2; i++) {
		await tick(refuses('c1'));
		scene.pass(31);
	}
	assert.equal(standing(scene), 2);
	await run(scene, 'c2');
	assert.equal(standing(scene, 'c2'), undefined, 'c2 sees it for the first time');
	await run(scene);
	assert.equal(scene.posts.length, 0, 'c1 stands back for longer than 30 s now');
	scene.pass(16);
	await run(scene);
	assert.equal(scene.posts.length, 1, 'and then tries again');
	assert.equal(standing(scene), undefined);
});

test('it goes on as soon as the host is notified whose POST got no answer, and forgets that it stood back', () => {
	const uptime = 5000;
	const view = standBack(emptyView(worldOf()), { seconds: 90, reason: 'x', host: 'n1' }, uptime, 1);
	const world = viewed(worldOf(), view);
	const withIncident = (state: Incident['state'], controller = 'c1') => {
		const value = incidentOf('n1', -20, { state, attempt: { controller } });
		const incidents = { n1: { value, index: 1 } };
		return plan({ ...later(world, 20), stored: { ...world.stored, incidents } }).view;
	};
	assert.deepEqual(withIncident('notifying').abstains, view.abstains);
	const { abstains, stood_back } = withIncident('notified');
	assert.deepEqual([abstains, stood_back], [null, undefined]);
	assert.deepEqual(
		withIncident('notified', 'c2').abstains,
		view.abstains,
		"another's POST says nothing",
	);
});

test('of several reasons to stand back, one that is not about one host counts', () => {
	const [one, all] = [{ seconds: 90, reason: 'no answer', host: 'n1' }, abstentionFor('401')];
	assert.deepEqual([longestAbstention([one, all]), longestAbstention([one])], [all, one]);
	assert.equal(longestAbstention([]), null);
});

test('where all others stand back, it is alone', () => {
	const world = worldOf();
	const alone = (...others: View['abstains'][]) => {
		const views = Object.fromEntries(
			others.map((abstains, i) => [
				`c${i + 2}`,
				{ value: { ...emptyView(world), abstains }, index: 1, session: 's' },
			]),
		);
		return isAlone({ ...world, stored: { ...world.stored, views } });
	};
	const stands = { until: 1, reason: 'x' };
	assert.deepEqual([alone(), alone(stands, stands), alone(stands, null)], [true, true, false]);
});

test('a POST that got no answer leaves the next to another controller (I2)', async () => {
	const scene = await confirmed();
	await run(scene, 'c2');
	scene.answers.push({ kind: 'ambiguous', error: 'no answer', scope: 'controller' });
	await run(scene);
	for (let i = 0; i < 4; i++) {
		scene.pass(20);
		await run(scene);
	}
	assert.equal(scene.posts.length, 1, 'c1 stands back, and looks it up meanwhile');
	for (let i = 0; i < 2; i++) {
		await run(scene, 'c2');
		scene.pass(16);
	}
	const { attempt, state } = storedIn(scene).incidents['n1']?.value ?? assert.fail('no incident');
	assert.deepEqual([attempt.controller, state, scene.posts.length], ['c2', 'notified', 2]);
});
