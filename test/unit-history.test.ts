import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outdated } from '../handlers/lib/decide/closing.ts';
import type { ClosedIncident } from '../handlers/lib/decide/incident.ts';
import type { Entry } from '../handlers/lib/decide/stored.ts';
import { notifiedOf, now } from './fixtures/world.ts';

const hour = 3600;

/** So many records, the first of them closed so many seconds ago, one second apart. */
function historyOf(count: number, secondsAgo: number): Record<string, Entry<ClosedIncident>> {
	const records = Array.from({ length: count }, (_, i) => {
		const closed_at = now + (i - secondsAgo) * 1000;
		const value = { ...notifiedOf('n1', 0), closed_at, reason: 'returned' as const };
		return [`${new Date(closed_at).toISOString()}-n1`, { value, index: 7 }] as const;
	});
	return Object.fromEntries(records);
}

const cases: readonly { name: string; count: number; secondsAgo: number; gone: number }[] = [
	{ name: '200 records of last week', count: 200, secondsAgo: 168 * hour, gone: 0 },
	{ name: '203 records of last week', count: 203, secondsAgo: 168 * hour, gone: 3 },
	{ name: '1,000 records of the last hour', count: 1000, secondsAgo: hour, gone: 0 },
	{ name: '2,005 records of the last hour', count: 2005, secondsAgo: hour, gone: 5 },
	{
		name: '1,000 records, 10 of them over 2 h old,',
		count: 1000,
		secondsAgo: 2 * hour + 10,
		gone: 10,
	},
];

for (const { name, count, secondsAgo, gone } of cases) {
	test(`of ${name} the oldest ${gone} may go (I2)`, () => {
		const history = historyOf(count, secondsAgo);
		assert.deepEqual(outdated(history, now), Object.keys(history).slice(0, gone));
	});
}
