import type { Readable } from './decide/health.ts';
import { decideSnapshot, emptySnapshot, sameSnapshot } from './decide/snapshot.ts';
import type { Stored } from './decide/stored.ts';
import { ConsulError, InputError } from './errors.ts';
import { parseEntry } from './schema/kv.ts';
import { parseSnapshot } from './schema/snapshot.ts';
import type { Surroundings } from './surroundings.ts';

/** How often a `cas` is tried again: each conflict means that another controller wrote. */
const conflicts = 5;

/**
 * Brings one network's snapshot up to this reading, by `?cas`; false where it already says so. What
 * does not parse is left untouched, and named.
 */
export async function putSnapshot(
	{ kv }: Pick<Surroundings, 'kv'>,
	network: string,
	reading: Readable,
	stored: Pick<Stored, 'snapshots' | 'unreadable'>,
): Promise<boolean> {
	const key = `networks/${network}`;
	const broken = stored.unreadable.find((value) => value.key === key);
	if (broken) throw new InputError(`${key}: ${broken.error}`);
	let before = stored.snapshots[network];
	for (let tries = 0; tries < conflicts; tries++) {
		const next = decideSnapshot(before?.value ?? emptySnapshot, reading);
		if (before && sameSnapshot(before.value, next)) return tries > 0;
		if (await kv.putCas(key, JSON.stringify(next), before?.index ?? 0)) return true;
		const entry = await kv.read(key);
		before = entry
			? { value: parseEntry(entry, parseSnapshot), index: entry.ModifyIndex }
			: undefined;
	}
	throw new ConsulError(`${key}: written ${conflicts} times by other controllers meanwhile`);
}
