import { hostname, userInfo } from 'node:os';
import type { OperatorWord } from '../../handlers/lib/decide/stored.ts';
import { ConsulError, UsageError } from '../../handlers/lib/errors.ts';
import { systemClock } from '../../handlers/lib/io/clock.ts';
import type { Run } from '../../handlers/lib/run.ts';
import {
	type Bounds,
	expectedDuration,
	parseDuration,
	within,
} from '../../handlers/lib/schema/duration.ts';
import { type KvEntry, parseEntry } from '../../handlers/lib/schema/kv.ts';
import { parseOperatorWord } from '../../handlers/lib/schema/operator-word.ts';
import { maxName, maxText } from '../../handlers/lib/schema/parts.ts';
import { type Store, untouched } from './store.ts';

/** How often a `cas` is tried again: each conflict means that somebody else said something. */
const conflicts = 8;

const lifetime: Bounds = ['1s', '8760h'];

function userName(env: Run['env']): string {
	if (env['SUDO_USER']) return env['SUDO_USER'];
	try {
		return userInfo().username;
	} catch {
		return `uid ${process.getuid?.()}`; // a user without an entry
	}
}

/** Who is saying it: the person behind sudo, at this host. */
export function speaker(env: Run['env']): string {
	return `${userName(env)}@${hostname()}`.slice(0, maxName);
}

/** The reason somebody else reads at night; one that is missing or empty is a UsageError. */
export function parseReason(reason: string | undefined): string {
	const text = reason?.trim() ?? '';
	if (text === '') throw new UsageError('--reason TEXT is missing: say why, somebody will ask');
	return parseComment(text);
}

/** A reason that may be left out. */
export function parseComment(reason = ''): string {
	const text = reason.trim();
	if (/\p{Cc}/u.test(text))
		throw new UsageError('--reason has more than one line, or control codes');
	if (text.length <= maxText) return text;
	throw new UsageError(`--reason is longer than ${maxText} characters`);
}

/** When a word ends, ms since the epoch; without `--for` it stands until it is taken back. */
export function parseUntil(duration: string | undefined, now: number): { until?: number } {
	if (duration === undefined) return {};
	const ms = parseDuration(duration);
	if (ms === undefined || !within(ms, lifetime)) {
		throw new UsageError(`--for ${duration}: expected ${expectedDuration(lifetime)}`);
	}
	return { until: now + ms };
}

/** A word said now. */
export function say(env: Run['env'], reason: string, duration?: string): OperatorWord {
	const at = systemClock.now();
	return { version: 1, who: speaker(env), why: reason, at, ...parseUntil(duration, at) };
}

function parseWord(store: Store, entry: KvEntry): OperatorWord {
	try {
		return parseEntry(entry, parseOperatorWord);
	} catch (error) {
		throw untouched(store, entry.Key, error);
	}
}

/** Tries a write by `?cas` on what is there now until nobody else comes between. */
async function onCurrent<T>(
	store: Store,
	key: string,
	write: (before: KvEntry | null) => Promise<{ readonly done: T } | null>,
): Promise<T> {
	for (let tries = 0; tries < conflicts; tries++) {
		const before = await store.kv.read(key);
		if (before) parseWord(store, before);
		const written = await write(before);
		if (written) return written.done;
	}
	throw new ConsulError(`${key}: changed ${conflicts} times while it was being written`);
}

/** Stores a word, in place of an earlier one; a value that does not parse is not touched. */
export function putWord(store: Store, key: string, word: OperatorWord): Promise<'new' | 'again'> {
	return onCurrent(store, key, async (before) => {
		const index = before?.ModifyIndex ?? 0;
		const written = await store.kv.putCas(key, JSON.stringify(word), index);
		return written ? { done: before ? 'again' : 'new' } : null;
	});
}

/** Takes a word back; false where there was none. */
export function deleteWord(store: Store, key: string): Promise<boolean> {
	return onCurrent(store, key, async (before) => {
		if (before === null) return { done: false };
		return (await store.kv.deleteCas(key, before.ModifyIndex)) ? { done: true } : null;
	});
}
