import type { Attempt, ClosedIncident, Incident, Word } from '../decide/incident.ts';
import { compile } from './compile.ts';
import { count, generatedTime, health, listOf, name, ours, recordOf, text, time } from './parts.ts';
import { parseVersioned } from './versioned.ts';

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

const properties = {
	version: { const: 1 },
	name,
	state: { type: 'string', enum: ['fencing', 'notifying', 'notified'] },
	vector: recordOf(health),
	opened_at: time,
	generated_times: listOf(generatedTime),
	attempt,
	next_try: time,
	notified_at: time,
	uuid: name,
	masakari_status: {
		type: 'string',
		enum: ['new', 'running', 'error', 'finished', 'failed', 'ignored'],
	},
	acknowledged: word,
	forgotten: word,
};
const optional = ['notified_at', 'uuid', 'masakari_status', 'acknowledged', 'forgotten'] as const;

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

/** KV `history/<time>-<host>`. */
export const parseClosedIncident = parseVersioned<ClosedIncident>({ 1: closed1 });
