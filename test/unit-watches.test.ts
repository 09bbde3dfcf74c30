/** Watches that died are missed: their handler did not run after what they look at changed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plan } from '../handlers/lib/decide/plan.ts';
import { emptySnapshot } from '../handlers/lib/decide/snapshot.ts';
import {
	aggregateWatch,
	deadWatches,
	sawOfNetwork,
	snapshotWatch,
} from '../handlers/lib/decide/watches.ts';
import type { World } from '../handlers/lib/decide/world.ts';
import { later, quiet, readsOf, uptime, worldOf } from './fixtures/world.ts';

const tenant = snapshotWatch('tenant');
const [well, hurt] = [
	{ ...quiet, n1: 'up/up/up' },
	{ ...quiet, n1: 'up/down/up' },
];

/** A controller whose tenant network changed so many seconds after its first read, and is read since. */
function changed(seconds: number, after: number): World {
	const first = worldOf({ hosts: well });
	const noticed = later(first, seconds, { reads: readsOf(hurt) });
	return later(noticed, after, { reads: readsOf(hurt) });
}

/** The same where this watch's handler last ran then, seconds after the first read. */
function ran(world: World, watch: string, at: number, saw = 7, boot = world.bootId): World {
	const value = { version: 1 as const, boot_id: boot, ran: { [watch]: { at: uptime + at, saw } } };
	const runs = { [world.self]: { value, index: 7 } };
	return { ...world, stored: { ...world.stored, runs } };
}

const missed = (world: World) => deadWatches(plan(world).view.watches, world);

const cases: readonly { name: string; world: World; dead: readonly string[] }[] = [
	{ name: 'nothing has changed since the first read', world: worldOf(), dead: [] },
	{ name: 'the handler has not run since a change', world: changed(100, 50), dead: [tenant] },
	{ name: 'the change is so new that it may still run', world: changed(100, 44), dead: [] },
	{
		name: 'the handler ran, before the check noticed, and saw the same',
		world: ran(changed(100, 50), tenant, 99, sawOfNetwork({ ...emptySnapshot, down: ['n1'] })),
		dead: [],
	},
	{
		name: 'the handler ran before the check noticed, and saw something else',
		world: ran(changed(100, 50), tenant, 99),
		dead: [tenant],
	},
	{
		name: 'the handler ran after the check noticed, whatever it saw',
		world: ran(changed(100, 50), tenant, 101),
		dead: [],
	},
	{
		name: 'the handler ran in another life of the machine',
		world: ran(changed(100, 50), tenant, 110, 7, 'boot-0'),
		dead: [tenant],
	},
	{
		name: 'only the handler of another network ran',
		world: ran(changed(100, 50), snapshotWatch('storage'), 110),
		dead: [tenant],
	},
];

for (const { name, world, dead } of cases) {
	test(`${dead.length > 0 ? 'a watch is missed' : 'no watch is missed'} where ${name}`, () => {
		assert.deepEqual(missed(world), dead);
	});
}

test('a network that cannot be read has not changed', () => {
	const first = worldOf({ hosts: well });
	const blind = later(first, 10, { reads: readsOf(well, ['tenant']) });
	const back = later(blind, 10, { reads: readsOf(well) });
	assert.equal(plan(back).view.watches[tenant]?.changed, null);
});

test('snapshots that changed without a run of aggregate-hosts are missed, later than the others', () => {
	const first = worldOf({ hosts: well });
	const { storage } = first.stored.snapshots;
	assert.ok(storage, 'storage has a snapshot');
	const snapshots = { ...first.stored.snapshots, storage: { ...storage, index: 99 } };
	const after = (seconds: number) => {
		const stored = (world: World) => ({ ...world, stored: { ...world.stored, snapshots } });
		return stored(later(stored(later(first, 10)), seconds));
	};
	assert.deepEqual(missed(after(199)), []);
	assert.deepEqual(missed(after(201)), [aggregateWatch]);
	assert.deepEqual(missed(ran(after(201), aggregateWatch, 5, 99)), []);
});

/** Every 40 s somebody else is down, or nobody, until so many seconds are over. */
function restless(seconds: number): World {
	let world = later(worldOf({ hosts: well }), 10);
	for (let at = 0, is = hurt; at < seconds; at += 40, is = is === hurt ? well : hurt) {
		world = later(world, 40, { reads: readsOf(is) });
	}
	return world;
}

test('a dead watch is missed although what it looks at changes again and again, and back', () => {
	assert.deepEqual(missed(restless(80)), []);
	assert.deepEqual(missed(restless(120)), [tenant]);
	assert.deepEqual(missed(restless(1200)), [tenant]);
});

test('a change that no run answered is spoken of for an hour, and the next one begins anew', () => {
	const spoken = changed(100, 3590);
	assert.deepEqual(missed(spoken), [tenant]);
	const over = later(spoken, 20);
	assert.deepEqual(missed(over), []);
	const again = later(over, 10, { reads: readsOf(well) });
	assert.deepEqual(missed(later(again, 50)), [tenant]);
});

test('a run that ends after the check noticed answers every change before it', () => {
	const first = changed(100, 50);
	const answered = later(ran(first, tenant, 151), 10);
	assert.deepEqual(missed(answered), []);
	assert.equal(plan(answered).view.watches[tenant]?.changed, null);
});
