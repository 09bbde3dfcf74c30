/** What gates have held is remembered: in the incident that follows, or in the history where none does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plan } from '../handlers/lib/decide/plan.ts';
import { decideGrounds } from '../handlers/lib/decide/spells.ts';
import type { Spell, View } from '../handlers/lib/decide/view.ts';
import type { World } from '../handlers/lib/decide/world.ts';
import { parseHistory } from '../handlers/lib/schema/incident.ts';
import {
	all,
	begun,
	beside,
	type Given,
	gatesOf,
	hostNames,
	incidentOf,
	later,
	now,
	quiet,
	readsOf,
	seenFor,
	withIncident,
	wordOf,
	worldOf,
} from './fixtures/world.ts';

const [down, well] = ['up/up/down', 'up/up/up'];
const of = (healths: string) => readsOf({ ...quiet, n1: healths });
const dead = (given: Given = {}) => worldOf({ hosts: { ...quiet, n1: down }, ...given });
const notesOf = (world: World) =>
	plan(world).steps.flatMap((step) => (step.kind === 'note' ? [step] : []));
const spellOf = (world: World) => plan(world).view.spells?.['n1'];

/** A world whose n1 a pause has held for so many seconds, in two reads. */
const paused = (seconds: number, given: Given = {}) =>
	later(dead({ kept: { paused: wordOf() }, ...given }), seconds);
/** The same ten seconds later, and n1 is well. */
const back = (world: World) => later(world, 10, { reads: of(well) });

test('a host that was held for longer than confirm and comes back is recorded, with its gates', () => {
	const world = back(paused(20));
	const [note, ...more] = notesOf(world);
	assert.deepEqual(more, []);
	assert.deepEqual(note, {
		kind: 'note',
		key: '2026-11-22T12:00:30Z-n1',
		record: {
			version: 1,
			name: 'n1',
			reason: 'held',
			vector: { management: 'up', tenant: 'up', storage: 'down' },
			gates: [{ gate: 'paused', reason: 'paused by ann: kernel update' }],
			first_seen: now,
			closed_at: now + 30_000,
		},
	});
	assert.deepEqual(
		parseHistory(JSON.parse(JSON.stringify(note?.record)), 'history/x'),
		note?.record,
	);
});

const silent: readonly { name: string; world: World }[] = [
	{ name: 'that no gate held', world: back(later(dead(), 20)) },
	{ name: 'that a gate held for less than confirm', world: back(paused(14)) },
	{ name: 'that is still due', world: later(paused(20), 10) },
	{
		name: 'of which a network that decides cannot be read now',
		world: later(paused(20), 10, { reads: readsOf({ ...quiet, n1: well }, ['storage']) }),
	},
	{
		name: 'with an incident, which keeps what held it',
		world: withIncident(back(paused(20)), 'n1', incidentOf('n1', -60)),
	},
];

for (const { name, world } of silent) {
	test(`nothing is recorded of a host ${name}`, () => {
		assert.deepEqual(notesOf(world), []);
	});
}

test('what an observer would have done is recorded as observed, however short', () => {
	const settings = { mode: 'observe' as const };
	const ripe = seenFor(dead({ settings }), 20, ['n1']);
	assert.deepEqual(gatesOf(plan(ripe), 'n1'), ['mode']);
	const [note] = notesOf(back(ripe));
	assert.equal(note?.record.reason, 'observed');
	assert.match(note?.record.gates[0]?.reason ?? '', /it would have been notified$/);
});

test('gates that held earlier in the same outage are remembered after they have let go', () => {
	const storm = { since: 1, last_seen: 2, count: 9, limit: 5, calm_since: null };
	const held = beside(paused(20), 'c2', { storm });
	const free = later(held, 10, { stored: dead().stored });
	assert.deepEqual(gatesOf(plan(free), 'n1'), []);
	const [note] = notesOf(back(free));
	assert.deepEqual(
		note?.record.gates.map(({ gate }) => gate),
		['paused', 'storm'],
	);
});

test('an end that another controller has recorded is not recorded again; an earlier one is another', () => {
	const world = back(paused(20));
	const [{ record } = assert.fail('a note')] = notesOf(world);
	const noted = (seconds: number) => {
		const held = {
			x: { value: { ...record, name: 'N1', closed_at: world.now + seconds * 1000 }, index: 7 },
		};
		return { ...world, stored: { ...world.stored, held } };
	};
	for (const seconds of [-59, 0, 9]) {
		assert.deepEqual(notesOf(noted(seconds)), []);
		assert.equal(spellOf(later(noted(seconds), 10)), undefined);
	}
	assert.equal(notesOf(noted(-60)).length, 1);
});

test('an end is tried to be recorded for ten minutes, and names its own time', () => {
	let world = back(paused(20));
	for (let seconds = 0; seconds < 600; seconds += 30) world = later(world, 30);
	const [note] = notesOf(world);
	assert.equal(note?.record.closed_at, now + 30_000);
	assert.deepEqual(notesOf(later(world, 1)), []);
	assert.equal(spellOf(later(world, 1)), undefined);
});

test('a view remembers the gates of 100 hosts, a run records 20, and nothing that was lost is waited for', () => {
	const hosts = hostNames(150);
	const given = { kept: { paused: wordOf() } };
	const held = later(worldOf({ hosts: { ...quiet, ...all(hosts, down) }, ...given }), 20);
	assert.equal(Object.keys(plan(held).view.spells ?? {}).length, 100);
	const world = later(held, 10, { reads: readsOf({ ...quiet, ...all(hosts, well) }) });
	assert.equal(notesOf(world).length, 20);
});

test('records of this kind stand behind no row of Masakari: no decision rests on them (I2)', () => {
	const [{ record } = assert.fail('a note')] = notesOf(back(paused(20)));
	const kept = { held: { x: record } };
	const [without, beside] = [{}, kept].map((more) =>
		plan(seenFor(dead({ kept: more }), 20, ['n1'])),
	);
	assert.deepEqual(begun(beside ?? assert.fail()), ['n1']);
	assert.deepEqual(beside?.view, without?.view);
});

const spell: Spell = {
	...{ name: 'n1', vector: {}, first_seen: 1, last_seen: 2 },
	gates: [{ gate: 'storm', reason: '9 hosts at once, limit 5' }],
};
const withSpell = (world: World, spells: View['spells'] = { n1: spell }) => {
	const view = { ...plan(world).view, spells };
	return {
		...world,
		stored: { ...world.stored, views: { c1: { value: view, index: 8, session: 's' } } },
	};
};

test('an incident keeps the approval that it uses up, and when it opens also who held it', () => {
	const approved = { n1: wordOf(900, 'its VMs first') };
	const word = { who: 'ann', why: 'its VMs first', at: now };
	const world = withSpell(dead({ kept: { approved } }));
	assert.deepEqual(decideGrounds(world, 'n1', undefined), {
		approval: word,
		held_before: spell.gates,
	});
	assert.deepEqual(decideGrounds(world, 'n1', incidentOf('n1', -60)), { approval: word });
	const expired = withSpell(dead({ kept: { approved: { n1: wordOf(5) } } }), {});
	assert.deepEqual(decideGrounds(expired, 'n1', undefined), {});
});
