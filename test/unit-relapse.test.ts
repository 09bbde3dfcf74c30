/** A host that was up between two reads starts to confirm anew: the catalog remembers what reads missed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reads } from '../handlers/lib/decide/health.ts';
import type { Incident } from '../handlers/lib/decide/incident.ts';
import { plan } from '../handlers/lib/decide/plan.ts';
import { decideFindings } from '../handlers/lib/decide/report.ts';
import type { World } from '../handlers/lib/decide/world.ts';
import { tick } from '../handlers/lib/tick.ts';
import { createScene } from './fixtures/effects.ts';
import { confirmed, run, storedIn } from './fixtures/effects-story.ts';
import {
	begun,
	incidentOf,
	later,
	notifiedOf,
	quiet,
	readsOf,
	withIncident,
	worldOf,
} from './fixtures/world.ts';

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

const told = (outages?: Record<string, number>, changes: Partial<Incident> = {}) =>
	notifiedOf('n1', -600, { ...(outages && { outages }), ...changes });

const missed: readonly {
	name: string;
	incident: Incident;
	healths?: string;
	indexes: Record<string, number>;
	said: string | null;
}[] = [
	{
		name: 'the outage that was notified',
		incident: told({ storage: 7 }),
		indexes: { storage: 7 },
		said: null,
	},
	{
		name: 'another outage',
		incident: told({ storage: 7 }),
		indexes: { storage: 9 },
		said: 'storage',
	},
	{
		name: 'another outage of storage, and management down since then,',
		incident: told({ storage: 7 }),
		healths: 'down/up/down',
		indexes: { management: 8, storage: 9 },
		said: 'storage',
	},
	{
		name: 'an outage that has spread to management',
		incident: told({ storage: 7 }),
		healths: 'down/up/down',
		indexes: { management: 9, storage: 7 },
		said: null,
	},
	{
		name: 'the same outage of storage while management flaps',
		incident: told({ management: 7, storage: 7 }),
		healths: 'down/up/down',
		indexes: { management: 9, storage: 7 },
		said: null,
	},
	{
		name: 'management alone, that flapped,',
		incident: told({ management: 7, storage: 7 }),
		healths: 'down/up/up',
		indexes: { management: 9 },
		said: null,
	},
	{ name: 'a record without indexes', incident: told(), indexes: { storage: 9 }, said: null },
	{
		name: 'an incident that is not notified yet',
		incident: incidentOf('n1', -5, { outages: { storage: 7 } }),
		indexes: { storage: 9 },
		said: null,
	},
];

for (const { name, incident, healths = 'up/up/down', indexes, said } of missed) {
	test(`the check ${said ? 'says that' : 'does not call'} ${name} ${said ? 'may not have been' : 'not'} notified`, () => {
		const world = withIncident(worldOf({ reads: reads(healths, indexes) }), 'n1', incident);
		const found = decideFindings(world, plan(world)).filter(({ text }) => / anew /.test(text));
		const key = 'delete its KV key hosts/n1, and it is due anew';
		const text =
			`n1: its ${said} outage was written anew since it was notified (row-n1-600): it failed again, ` +
			`or that network's Consul was restored; if it failed again, recover it by hand, or ${key}`;
		assert.deepEqual(found, said ? [{ level: 2, text }] : []);
	});
}

test('what the check says to do makes a host that failed again due anew, and it is notified', async () => {
	const scene = createScene({ ...quiet, n1: 'up/up/down' });
	await run(scene);
	scene.pass(16);
	scene.kv.putCas('hosts/n1', JSON.stringify(told({ storage: 1 })), 0);
	await run(scene);
	assert.deepEqual(scene.posts, [], 'while its incident is open, nothing is sent');
	scene.kv.deleteCas('hosts/n1', scene.kv.read('hosts/n1')?.ModifyIndex ?? 0);
	await run(scene);
	assert.equal(scene.posts.length, 1);
});

test('an attempt stores which outage it is of', async () => {
	const scene = await confirmed();
	const around = scene.surround();
	const readNetworks = async () => reads('up/up/down', { storage: 7 });
	await tick({ ...around, readNetworks });
	scene.pass(16);
	await tick({ ...around, readNetworks });
	assert.deepEqual(storedIn(scene).incidents['n1']?.value.outages, { storage: 7 });
});

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
