import type { Held, Sighting, Spell, View } from '../decide/view.ts';
import { compile } from './compile.ts';
import { count, health, listOf, name, ours, recordOf, text, time } from './parts.ts';
import { parseVersioned } from './versioned.ts';

/** Gates, and why they hold. */
export const held = listOf(ours<Held>({ gate: name, reason: text }));

const sightings = recordOf(ours<Sighting>({ first_seen: time, last_seen: time }));

const version1 = compile<View>(
	'view-1',
	ours<View>(
		{
			version: { const: 1 },
			boot_id: name,
			networks: recordOf({ ...text, nullable: true }),
			due: sightings,
			outages: recordOf(recordOf(count)),
			returning: sightings,
			uncounted: count,
			restarts: recordOf(time),
			storm: {
				...ours<NonNullable<View['storm']>>(
					{
						since: time,
						last_seen: time,
						count,
						limit: count,
						calm_since: { ...time, nullable: true },
						blind: { type: 'boolean' },
					},
					['blind'],
				),
				nullable: true,
			},
			contradicts: recordOf(listOf(name)),
			left: listOf(name),
			flaps: recordOf(ours<View['flaps'][string]>({ times: count, last_seen: time })),
			watches: recordOf(
				ours<View['watches'][string]>({ saw: count, changed: { ...time, nullable: true } }),
			),
			held: recordOf(held),
			spells: recordOf(
				ours<Spell>(
					{
						name,
						vector: recordOf(health),
						gates: held,
						first_seen: time,
						last_seen: time,
						ended: time,
					},
					['ended'],
				),
			),
			masakari: {
				...ours<NonNullable<View['masakari']>>({ answers: { type: 'boolean' }, error: text }, [
					'error',
				]),
				nullable: true,
			},
			stood_back: ours<NonNullable<View['stood_back']>>({ times: count, until: time }),
			abstains: {
				...ours<NonNullable<View['abstains']>>({ until: time, reason: text, host: name }, ['host']),
				nullable: true,
			},
			configuration: name,
			mode: { type: 'string', enum: ['act', 'observe'] },
		},
		// Absent in views of the release before.
		['contradicts', 'spells', 'stood_back'],
	),
);

/** KV `controllers/<name>`. */
export const parseView = parseVersioned<View>({ 1: version1 });
