import type {
	Attempt,
	ClosedIncident,
	Fencing,
	HeldRecord,
	Incident,
	Word,
} from '../decide/incident.ts';
import { compile } from './compile.ts';
import type { Parse } from './input.ts';
import { count, generatedTime, health, listOf, name, ours, recordOf, text, time } from './parts.ts';
import { valueAt } from './pointer.ts';
import { parseVersioned } from './versioned.ts';
import { held } from './view.ts';

const word = ours<Word>({ who: name, why: text, at: time });

const attempt = ours<Attempt>(
	{
		number: count,
		controller: name,
		generated_time: generatedTime,
		committed_at: time,
		outcome: { type: 'string', enum: ['accepted', 'refused', 'unsent', 'ambiguous'] },
		error: text,
		look_ups: listOf(time),
	},
	['outcome', 'error'],
);

const fencing = ours<Fencing>(
	{
		mode: { type: 'string', enum: ['verify', 'off'] },
		round: count,
		controller: name,
		offs: count,
		off_at: time,
		readings: count,
		read_at: time,
		power: { type: 'string', enum: ['on', 'off'] },
		failures: count,
		error: text,
		next_try: time,
		proven_at: time,
	},
	['off_at', 'read_at', 'power', 'error', 'proven_at'],
);

const properties = {
	version: { const: 1 },
	name,
	state: { type: 'string', enum: ['fencing', 'notifying', 'notified'] },
	vector: recordOf(health),
	opened_at: time,
	outages: recordOf(count),
	generated_times: listOf(generatedTime),
	attempt,
	next_try: time,
	fencing,
	host_status: { const: 'UNKNOWN' },
	notified_at: time,
	uuid: name,
	masakari_status: {
		type: 'string',
		enum: ['new', 'running', 'error', 'finished', 'failed', 'ignored'],
	},
	approval: word,
	held_before: held,
	without: recordOf(word),
	acknowledged: word,
	forgotten: word,
};
const optional = [
	...(['outages', 'fencing', 'host_status', 'notified_at', 'uuid'] as const),
	...([
		'masakari_status',
		'approval',
		'held_before',
		'without',
		'acknowledged',
		'forgotten',
	] as const),
];

const incident1 = compile<Incident>('incident-1', ours<Incident>(properties, optional));

const closed1 = compile<ClosedIncident>(
	'closed-incident-1',
	ours<ClosedIncident>(
		{
			...properties,
			closed_at: time,
			reason: { type: 'string', enum: ['returned', 'left', 'forgotten'] },
			started: ours<NonNullable<ClosedIncident['started']>>(
				{
					state: { type: 'string', enum: ['pending', 'accepted', 'refused'] },
					generated_time: generatedTime,
					tries: count,
					error: text,
				},
				['error'],
			),
		},
		[...optional, 'started'],
	),
);

/** KV `hosts/<host>`. */
export const parseIncident = parseVersioned<Incident>({ 1: incident1 });

const heldRecord1 = compile<HeldRecord>(
	'held-record-1',
	ours<HeldRecord>({
		version: { const: 1 },
		name,
		reason: { type: 'string', enum: ['held', 'observed'] },
		vector: recordOf(health),
		gates: held,
		first_seen: time,
		closed_at: time,
	}),
);

/** KV `history/<time>-<host>` of a host that no incident was opened for. */
export const parseHeldRecord = parseVersioned<HeldRecord>({ 1: heldRecord1 });

/** KV `history/<time>-<host>` of an incident. */
export const parseClosedIncident = parseVersioned<ClosedIncident>({ 1: closed1 });

/** KV `history/<time>-<host>`, whichever of the two it is. */
export const parseHistory: Parse<ClosedIncident | HeldRecord> = (value, key) => {
	const isHeld = ['held', 'observed'].includes(String(valueAt(value, '/reason')));
	return isHeld ? parseHeldRecord(value, key) : parseClosedIncident(value, key);
};
