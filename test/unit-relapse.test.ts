/** A host that was up between two reads starts to confirm anew: the catalog remembers what reads missed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reads } from '../handlers/lib/decide/health.ts';
import { plan } from '../handlers/lib/decide/plan.ts';
import type { World } from '../handlers/lib/decide/world.ts';
import { begun, later, quiet, readsOf, worldOf } from './fixtures/world.ts';

/** Networks as they show n1, with the index of each serfHealth that is critical. */
function reads(healths: string, indexes: Readonly<Record<string, number>>): Reads {
	return Object.fromEntries(
		Object.entries(readsOf({ ...quiet, n1: healths })).map(([network, reading]) => {
			const node = reading.ok ? reading.nodes.get('n1') : undefined;
			const checkIndex = indexes[network];
			if (!reading.ok || node === undefined || checkIndex === undefined) return [network, reading];
			const nodes = new Map([...reading.nodes, ['n1', { ...node, checkIndex }]]);
			return [network, { ...reading, nodes }];
		}),
	);
}

/** Due with these indexes at one read, and 30 s later with those; nothing was read in between. */
function twice(
	healths: string,
	first: Record<string, number>,
	second: Record<string, number>,
): World {
	const before = worldOf({ reads: reads(healths, first), hosts: { ...quiet, n1: healths } });
	return later(before, 30, { reads: reads(healths, second) });
}

const cases: readonly { name: string; world: World; goesOn: boolean }[] = [
	{
		name: 'the same outage',
		world: twice('up/up/down', { storage: 7 }, { storage: 7 }),
		goesOn: true,
	},
	{
		name: 'another outage',
		world: twice('up/up/down', { storage: 7 }, { storage: 9 }),
		goesOn: false,
	},
	{
		name: 'the same outage of storage while management flaps',
		world: twice('down/up/down', { management: 7, storage: 7 }, { management: 9, storage: 7 }),
		goesOn: true,
	},
	{
		name: 'another outage of storage while management stays down',
		world: twice('down/up/down', { management: 7, storage: 7 }, { management: 7, storage: 9 }),
		goesOn: false,
	},
	{ name: 'a catalog without indexes', world: twice('up/up/down', {}, {}), goesOn: true },
];

for (const { name, world, goesOn } of cases) {
	test(`${name} ${goesOn ? 'goes on confirming' : 'confirms anew'}, reads far apart (I1, I6)`, () => {
		assert.deepEqual(begun(plan(world)), goesOn ? ['n1'] : []);
		const sighting = plan(world).view.due['n1'];
		assert.equal(sighting?.first_seen === world.uptime, !goesOn);
	});
}
