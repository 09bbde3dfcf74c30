import type { Held, Sighting, View } from '../decide/view.ts';
import { compile } from './compile.ts';
import { count, listOf, name, ours, recordOf, text, time } from './parts.ts';
import { parseVersioned } from './versioned.ts';

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
				...ours<NonNullable<View['storm']>>({
					since: time,
					last_seen: time,
					count,
					limit: count,
					calm_since: { ...time, nullable: true },
				}),
				nullable: true,
			},
			left: listOf(name),
			flaps: recordOf(ours<View['flaps'][string]>({ times: count, last_seen: time })),
			watches: recordOf(
				ours<View['watches'][string]>({ saw: count, changed: { ...time, nullable: true } }),
			),
			held: recordOf(listOf(ours<Held>({ gate: name, reason: text }))),
			masakari: {
				...ours<NonNullable<View['masakari']>>({ answers: { type: 'boolean' }, error: text }, [
					'error',
				]),
				nullable: true,
			},
			stood_back: ours<NonNullable<View['stood_back']>>({ times: count, until: time }),
			abstains: {
				...ours<NonNullable<View['abstains']>>({ until: time, reason: text }),
				nullable: true,
			},
			configuration: name,
			mode: { type: 'string', enum: ['act', 'observe'] },
		},
		['stood_back'],
	),
);

/** KV `controllers/<name>`. */
export const parseView = parseVersioned<View>({ 1: version1 });
