import { keyOf, nameOfKey } from '../decide/keys.ts';
import type { Entry, Stored, Unreadable } from '../decide/stored.ts';
import { messageOf } from '../errors.ts';
import { parseHandlerRuns } from './handler-runs.ts';
import { parseClosedIncident, parseIncident } from './incident.ts';
import type { Parse } from './input.ts';
import { type KvEntry, parseEntry } from './kv.ts';
import { parseOperatorWord } from './operator-word.ts';
import { parseSnapshot } from './snapshot.ts';
import { parseView } from './view.ts';

type Folder<T> = Record<string, Entry<T>>;

const folders = [
	...['networks', 'controllers', 'handlers', 'hosts', 'history'],
	...['maintenance', 'approved'],
];

const byHost = (segment: string) => nameOfKey(segment);
const asIs = (segment: string) => segment;

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
	const folder = <T>(name: string, parse: Parse<T>, nameOf: (segment: string) => string) => {
		// Without a prototype: a node may be called `constructor`.
		const found: Folder<T> = Object.create(null);
		for (const entry of entries) {
			if (!entry.Key.startsWith(`${name}/`)) continue;
			const segment = entry.Key.slice(name.length + 1);
			if (nameOf === byHost && keyOf(nameOfKey(segment)) !== segment) {
				unreadable.push({ key: entry.Key, error: `is spelled ${keyOf(nameOfKey(segment))} here` });
				continue;
			}
			const value = read(entry, parse);
			if (value) found[nameOf(segment)] = value;
		}
		return found;
	};
	for (const { Key } of entries) {
		const [top = ''] = Key.split('/');
		const known = Key.includes('/') ? folders.includes(top) : ['paused', 'lock'].includes(Key);
		if (!known) unreadable.push({ key: Key, error: 'is no key of hostmonitor' });
	}
	const paused = entries.find(({ Key }) => Key === 'paused');
	return {
		index,
		snapshots: folder('networks', parseSnapshot, asIs),
		views: folder('controllers', parseView, byHost),
		runs: folder('handlers', parseHandlerRuns, byHost),
		incidents: folder('hosts', parseIncident, byHost),
		history: folder('history', parseClosedIncident, asIs),
		maintenance: folder('maintenance', parseOperatorWord, byHost),
		approved: folder('approved', parseOperatorWord, byHost),
		paused: paused ? read(paused, parseOperatorWord) : null,
		unreadable,
	};
}
