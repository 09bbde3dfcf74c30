/** A server that was cut off and leads again calls hosts critical that everybody else's gossip knows alive. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plan } from '../handlers/lib/decide/plan.ts';
import {
	all,
	begun,
	beside,
	gatesOf,
	hostNames,
	later,
	quiet,
	seenFor,
	withView,
	worldOf,
} from './fixtures/world.ts';

const down = { ...quiet, n1: 'up/up/down' };
const dead = seenFor(worldOf({ hosts: down }), 20, ['n1']);
/** What another controller's plan says of the same moment where its gossip says otherwise. */
const viewOf = (healths: string, unreadable: readonly string[] = []) =>
	plan(worldOf({ hosts: { ...quiet, n1: healths }, unreadable })).view;

test('a view lists by network whom the catalog calls critical and its own gossip alive', () => {
	assert.deepEqual(viewOf('alive/up/alive').contradicts, { management: ['n1'], storage: ['n1'] });
});

for (const [name, healths, unreadable] of [
	['a host that is well', 'up/up/up', []],
	['a host that is down', 'down/down/down', []],
	['a dead host that a controller which restarted does not know', 'up/up/suspect', []],
	['anything of a network that cannot be read', 'up/up/alive', ['storage']],
] as const) {
	test(`a view contradicts nobody about ${name}`, () => {
		assert.equal('contradicts' in viewOf(healths, unreadable), false);
	});
}

test('a host is held as long as the gossip of another knows it alive, then confirms anew (I5, I6)', () => {
	const held = withView(dead, 'c2', viewOf('up/up/alive'));
	assert.deepEqual(gatesOf(plan(held), 'n1'), ['contradicted']);
	assert.deepEqual(begun(plan(held)), []);
	const free = withView(later(held, 10), 'c2', viewOf('up/up/down'));
	assert.deepEqual(begun(plan(free)), []);
	assert.deepEqual(begun(plan(later(free, 14))), []);
	assert.deepEqual(begun(plan(later(free, 15))), ['n1']);
});

test('a controller does not contradict itself: what it sees now is what it says now', () => {
	const world = withView(dead, 'c1', { ...plan(dead).view, contradicts: { storage: ['n1'] } });
	assert.deepEqual(begun(plan(world)), ['n1']);
});

test('a controller that is gone contradicts nobody: its view goes with its session', () => {
	const { stored } = beside(dead, 'c2', { contradicts: { storage: ['n1'] } });
	const { c2, ...views } = stored.views;
	assert.ok(c2);
	const { session: _, ...unheld } = c2;
	const world = { ...dead, stored: { ...stored, views: { ...views, c2: unheld } } };
	assert.deepEqual(begun(plan(world)), ['n1']);
});

test('who is contradicted counts for the storm all the same (I6)', () => {
	const hosts = hostNames(12);
	const world = worldOf({ hosts: { ...quiet, ...all(hosts, 'up/up/down') } });
	assert.equal(
		plan(beside(world, 'c2', { contradicts: { storage: hosts } })).view.storm?.count,
		12,
	);
});

test('an outage of all that everybody contradicts is listed within a view: 500 a network', () => {
	const { view } = plan(worldOf({ hosts: all(hostNames(999), 'up/up/alive') }));
	assert.deepEqual(view.contradicts, { storage: hostNames(500) });
});
