import type { ClosedIncident, HeldRecord } from '../decide/incident.ts';
import { keyOf, nameOfKey } from '../decide/keys.ts';
import type { Entry, Stored, Unreadable } from '../decide/stored.ts';
import { messageOf } from '../errors.ts';
import { parseHandlerRuns } from './handler-runs.ts';
import { parseHistory, parseIncident } from './incident.ts';
import type { Parse } from './input.ts';
import { type KvEntry, parseEntry } from './kv.ts';
import { parseOperatorWord } from './operator-word.ts';
import { parseSnapshot } from './snapshot.ts';
import { parseView } from './view.ts';

type Folder<T> = Record<string, Entry<T>>;

/** Where keys name a host, they spell it as `keyOf` does. */
const byHost = ['controllers', 'handlers', 'hosts', 'maintenance', 'approved'];
const folders = ['networks', 'history', ...byHost];

/** Entries below each folder, by the rest of their key; a key that is none of ours is listed as such. */
function sortEntries(entries: readonly KvEntry[], unreadable: Unreadable[]) {
	const below = new Map<string, Map<string, KvEntry>>(folders.map((name) => [name, new Map()]));
	for (const entry of entries) {
		const { Key } = entry;
		const slash = Key.indexOf('/');
		const folder = Key.slice(0, Math.max(0, slash));
		const segment = Key.slice(slash + 1);
		const spelled = keyOf(nameOfKey(segment));
		if (byHost.includes(folder) && spelled !== segment) {
			unreadable.push({ key: Key, error: `is spelled ${spelled} here` });
		} else if (slash >= 0 && below.has(folder)) {
			below.get(folder)?.set(segment, entry);
		} else if (!['paused', 'lock'].includes(Key)) {
			unreadable.push({ key: Key, error: 'is no key of hostmonitor' });
		}
	}
	return below;
}

/**
 * Everything below the prefix; keys without it. A value that does not parse, or a key that is none of
 * ours, is listed and nothing else.
 */
export function parseStored(entries: readonly KvEntry[], index: number): Stored {
	const unreadable: Unreadable[] = [];
	const read = <T>(entry: KvEntry, parse: Parse<T>): Entry<T> | null => {
		try {
			const value = parseEntry(entry, parse);
			return {
				value,
				index: entry.ModifyIndex,
				...(entry.Session && { session: entry.Session }),
			};
		} catch (error) {
			const message = messageOf(error);
			const named = `${entry.Key}: `;
			const text = message.startsWith(named) ? message.slice(named.length) : message;
			unreadable.push({ key: entry.Key, error: text });
			return null;
		}
	};
	const below = sortEntries(entries, unreadable);
	const folder = <T>(name: string, parse: Parse<T>) => {
		// Without a prototype: a node may be called `constructor`.
		const found: Folder<T> = Object.create(null);
		for (const [segment, entry] of below.get(name) ?? []) {
			const value = read(entry, parse);
			if (value) found[byHost.includes(name) ? nameOfKey(segment) : segment] = value;
		}
		return found;
	};
	const history: Folder<ClosedIncident> = {};
	const held: Folder<HeldRecord> = {};
	for (const [key, entry] of Object.entries(folder('history', parseHistory))) {
		const { value } = entry;
		if ('attempt' in value) history[key] = { ...entry, value };
		else held[key] = { ...entry, value };
	}
	const paused = entries.find(({ Key }) => Key === 'paused');
	return {
		index,
		snapshots: folder('networks', parseSnapshot),
		views: folder('controllers', parseView),
		runs: folder('handlers', parseHandlerRuns),
		incidents: folder('hosts', parseIncident),
		...{ history, held },
		maintenance: folder('maintenance', parseOperatorWord),
		approved: folder('approved', parseOperatorWord),
		paused: paused ? read(paused, parseOperatorWord) : null,
		unreadable,
	};
}
