import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Incident } from '../handlers/lib/decide/incident.ts';
import { record } from '../handlers/lib/record.ts';
import { tick } from '../handlers/lib/tick.ts';
import { createScene, type Scene } from './fixtures/effects.ts';
import { confirmed, noAnswer, openIn, run, storedIn } from './fixtures/effects-story.ts';
import { incidentOf, notifiedOf, quiet, timeAt } from './fixtures/world.ts';

/** A process that Masakari does not answer. */
function without(scene: Scene) {
	const around = scene.surround('c2');
	const readFacts = async () => ({ ok: false as const, error: 'away' });
	const lookUp = async () => ({ ok: false as const, error: 'away' });
	return { ...around, masakari: { ...around.masakari, readFacts, lookUp } };
}

test('a host that returns while nobody knows what Masakari took is closed when it is known (I2)', async () => {
	const scene = await confirmed();
	scene.after('post', noAnswer);
	await run(scene);
	scene.hosts = { ...quiet, n1: 'up/up/up' };
	for (let i = 0; i < 6; i++) {
		await tick(without(scene));
		scene.pass(8);
	}
	assert.deepEqual(openIn(scene), ['n1'], 'it stays open while Masakari is away');
	for (let i = 0; i < 4; i++) {
		await run(scene, 'c2');
		scene.pass(8);
	}
	assert.deepEqual(openIn(scene), [], 'it is closed');
	const [closed] = Object.values(storedIn(scene).history).map(({ value }) => value);
	assert.deepEqual([closed?.state, closed?.uuid], ['notified', 'row-0'], 'as what it was');
	const events = scene.posts.map(({ payload }) => payload.event);
	assert.deepEqual(events, ['STOPPED', 'STARTED'], 'what Masakari was told');
});

/** What the same process learns of a POST that another incident of the host has followed. */
async function recordOf(kept: Incident, key: string, closed = {}): Promise<Scene> {
	const scene = createScene(quiet);
	scene.kv.putCas(key, JSON.stringify({ ...kept, ...closed }), 0);
	const accepted = { kind: 'accepted' as const, uuid: 'row-late', status: 'new' as const };
	await record(scene.surround(), 'n1', incidentOf('n1', -600), accepted);
	return scene;
}

test('an answer that comes late does not land in the next incident of the host (I2)', async () => {
	const next = incidentOf('n1', -20);
	const scene = await recordOf(next, 'hosts/n1');
	assert.deepEqual(storedIn(scene).incidents['n1']?.value, next);
});

test("an answer that comes late does not land in another incident's record (I2)", async () => {
	const closed = { closed_at: 0, reason: 'returned' as const };
	const scene = await recordOf(incidentOf('n1', -900), 'history/x', closed);
	assert.equal(storedIn(scene).history['x']?.value.state, 'notifying');
});

test('an answer that comes after the end is kept in the record, and STARTED follows (I2)', async () => {
	const closed = { closed_at: incidentOf('n1', 0).opened_at, reason: 'returned' as const };
	const scene = await recordOf(incidentOf('n1', -600), 'history/x', closed);
	const late = storedIn(scene).history['x']?.value;
	assert.deepEqual(
		[late?.state, late?.uuid, late?.started?.state],
		['notified', 'row-late', 'pending'],
	);
	await run(scene);
	assert.deepEqual(
		scene.posts.map(({ payload }) => payload.event),
		['STARTED'],
	);
});

test('an acceptance that comes late does not change the incident that was notified meanwhile (I2)', async () => {
	const next = notifiedOf('n1', -600, { uuid: 'row-first', generated_times: [timeAt(-600)] });
	const scene = await recordOf(next, 'hosts/n1');
	assert.equal(storedIn(scene).incidents['n1']?.value.uuid, 'row-first');
});

test('a status that comes late does not land in the next incident of the host (I2)', async () => {
	const scene = createScene({ ...quiet, n1: 'up/up/down' });
	scene.kv.putCas('hosts/n1', JSON.stringify(notifiedOf('n1', -600, { uuid: 'row-first' })), 0);
	const next = notifiedOf('n1', -20, { uuid: 'row-next' });
	scene.after('readStatus', () => {
		const index = scene.kv.read('hosts/n1')?.ModifyIndex ?? assert.fail('an incident');
		scene.kv.putCas('hosts/n1', JSON.stringify(next), index);
	});
	await run(scene);
	assert.deepEqual(storedIn(scene).incidents['n1']?.value, next);
});
