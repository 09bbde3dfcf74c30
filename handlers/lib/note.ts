import { isNoted } from './decide/spells.ts';
import type { Step } from './decide/steps.ts';
import type { Lock } from './lock.ts';
import type { Surroundings } from './surroundings.ts';
import { readStored } from './world.ts';

type Note = Extract<Step, { kind: 'note' }>;

/** Records under the lock whom gates held until they came back, but for what another has recorded. */
export async function noteHeld(
	steps: readonly Note[],
	lock: Lock,
	around: Surroundings,
): Promise<void> {
	if (steps.length === 0) return;
	const stored = await readStored(around);
	for (const { key, record } of steps) {
		if (isNoted(stored, record)) continue;
		const committed = await around.kv.transact([
			{ verb: 'check-session', key: 'lock', session: lock.session },
			{ verb: 'cas', key: `history/${key}`, value: JSON.stringify(record), index: 0 },
		]);
		if (!committed.ok) continue;
		const gates = record.gates.map(({ gate }) => gate).join(', ');
		around.log('info', `not due any more: ${record.reason} by ${gates}`, { host: record.name });
	}
}
