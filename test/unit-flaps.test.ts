/** Outages that end before they are confirmed are counted, for an hour. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plan } from '../handlers/lib/decide/plan.ts';
import { decideFindings } from '../handlers/lib/decide/report.ts';
import type { World } from '../handlers/lib/decide/world.ts';
import { later, quiet, readsOf, worldOf } from './fixtures/world.ts';

const [up, down] = [
	{ ...quiet, n1: 'up/up/up' },
	{ ...quiet, n1: 'up/up/down' },
];

/** So many outages of 10 s, each over for `calm` seconds. */
function flapped(times: number, calm = 20): World {
	let world = worldOf({ hosts: up });
	for (let flap = 0; flap < times; flap++) {
		world = later(world, calm, { reads: readsOf(down) });
		world = later(world, 10, { reads: readsOf(up) });
	}
	return world;
}

/** What is said of the host: no handler runs here, and that is said as well. */
const said = (world: World) =>
	decideFindings(world, plan(world)).flatMap(({ text }) => (text.startsWith('n1') ? [text] : []));

test('a host that became due three times is named with their number, once it is well', () => {
	assert.deepEqual(said(flapped(3)), [
		'n1: became due 3 times, each within an hour of the last: see its links',
	]);
});

test('one outage that ended is none to speak of', () => assert.deepEqual(said(flapped(1)), []));

test('an outage that goes on is one, however often it is read', () => {
	let world = worldOf({ hosts: down });
	for (let read = 0; read < 5; read++) world = later(world, 10);
	assert.equal(plan(world).view.flaps['n1']?.times, 1);
});

test('a network that could not be read meanwhile makes no second outage', () => {
	const blind = later(worldOf({ hosts: down }), 10, { reads: readsOf(down, ['storage']) });
	const again = later(blind, 10, { reads: readsOf(down) });
	assert.equal(plan(again).view.flaps['n1']?.times, 1);
});

test('outages more than an hour apart are not added up', () => {
	assert.equal(plan(flapped(3, 3700)).view.flaps['n1']?.times, 1);
	assert.deepEqual(said(flapped(3, 3700)), []);
});
