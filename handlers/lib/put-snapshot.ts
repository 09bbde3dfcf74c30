import type { Readable } from './decide/health.ts';
import { decideSnapshot, emptySnapshot, type Snapshot, sameSnapshot } from './decide/snapshot.ts';
import type { Stored } from './decide/stored.ts';
import { ConflictError, ConsulError, InputError } from './errors.ts';
import type { Surroundings } from './surroundings.ts';
import { readStored } from './world.ts';

/** How often a `cas` is tried again: each conflict means that another controller wrote. */
const conflicts = 5;

/** One network, live; a ConsulError where this controller cannot read it. */
export async function readOne(
	around: Surroundings,
	network: string,
	stored: Stored,
): Promise<Readable> {
	const { [network]: reading } = await around.readNetworks(stored, [network]);
	if (reading?.ok) return reading;
	throw new ConsulError(`${network} cannot be read: ${reading?.error ?? 'not asked'}`);
}

/**
 * Brings one network's snapshot up to this reading, by `?cas`, unless it says so already. After a
 * conflict the network is read again: what others wrote may rest on a later read. What does not parse
 * is left untouched, and named.
 */
export async function putSnapshot(
	around: Surroundings,
	network: string,
	reading: Readable,
	stored: Stored,
): Promise<{ readonly written: boolean; readonly snapshot: Snapshot }> {
	const key = `networks/${network}`;
	let [seen, known] = [reading, stored];
	for (let tries = 0; tries < conflicts; tries++) {
		const broken = known.unreadable.find((value) => value.key === key);
		if (broken) throw new InputError(`${key}: ${broken.error}`);
		const before = known.snapshots[network];
		const next = decideSnapshot(before?.value ?? emptySnapshot, seen);
		if (before && sameSnapshot(before.value, next)) return { written: false, snapshot: next };
		const index = before?.index ?? 0;
		if (await around.kv.putCas(key, JSON.stringify(next), index)) {
			return { written: true, snapshot: next };
		}
		known = await readStored(around);
		seen = await readOne(around, network, known);
	}
	throw new ConflictError(`${key}: written ${conflicts} times by other controllers meanwhile`);
}
