import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PowerReading } from '../handlers/lib/decide/fencing.ts';
import { askedText, askingOrder, decideBmcFindings } from '../handlers/lib/decide/fencing-check.ts';
import { reportText } from '../handlers/lib/decide/report-text.ts';

const up = { management: 'up', storage: 'up' } as const;
const down = { management: 'down', storage: 'down' } as const;
const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);
const error = { kind: 'error', error: 'fence_x exited with 1' } as const;

const cases: readonly {
	name: string;
	reading: PowerReading | null;
	vector?: typeof up | typeof down;
	expected: readonly string[];
}[] = [
	{ name: 'a host that is on is well', reading: { kind: 'on' }, vector: up, expected: [] },
	{ name: 'a dead host that is on is well', reading: { kind: 'on' }, vector: down, expected: [] },
	{ name: 'a dead host that is off is well', reading: { kind: 'off' }, vector: down, expected: [] },
	{
		name: "off of a host that is up warns: it may be another host's BMC",
		...{ reading: { kind: 'off' }, vector: up },
		expected: [
			"1 n1: its BMC says off, and it is up on management, storage: is it another host's?",
		],
	},
	{
		name: 'a BMC that does not answer is critical',
		...{ reading: error, vector: up, expected: ['2 n1: fence_x exited with 1'] },
	},
	{
		name: 'one that was not asked says nothing of itself',
		...{ reading: null, vector: up, expected: [] },
	},
	{
		name: 'a fence agent of a host that no network knows warns',
		...{ reading: { kind: 'on' }, expected: ['1 n1: has a fence agent, and no network knows it'] },
	},
];
for (const { name, reading, vector, expected } of cases) {
	test(name, () => {
		const vectors = new Map(vector ? [['n1', vector]] : []);
		const found = decideBmcFindings(new Map([['n1', reading]]), vectors, new Set(['n1']));
		assert.deepEqual(
			found.map(({ level, text }) => `${level} ${text}`),
			expected,
		);
	});
}

test('what was not asked is a note, and no fault', () => {
	const on = { kind: 'on' } as const;
	const some = new Map<string, PowerReading | null>(names(2).map((host) => [host, null]));
	some.set('n9', on);
	assert.deepEqual(askedText(some), {
		...{ well: '1 BMCs answer, 2 left to later runs', note: '2 of 3 BMCs were left to later runs' },
	});
	assert.deepEqual(askedText(new Map([['n9', on]])), { well: '1 BMCs answer', note: null });
});

test('every host is asked within as many runs as it takes, wherever the clock is (property)', () => {
	const times = fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 });
	const given = fc.record({
		...{ hosts: fc.integer({ min: 0, max: 60 }), perPeriod: fc.integer({ min: 1, max: 20 }) },
		...{ begin: times, gaps: fc.infiniteStream(fc.integer({ min: 300_000, max: 410_000 })) },
	});
	fc.assert(
		fc.property(given, ({ hosts, perPeriod, begin, gaps }) => {
			const all = names(hosts);
			const asked = new Set<string>();
			const end = begin + (hosts / perPeriod + 1) * 410_000;
			for (let now = begin; now <= end; now += gaps.next().value) {
				const order = askingOrder(all.toReversed(), now, { perPeriod, periodMs: 410_000 });
				assert.deepEqual(order.toSorted(), all.toSorted(), 'each of them once');
				for (const host of order.slice(0, perPeriod)) asked.add(host);
			}
			assert.equal(asked.size, hosts);
		}),
	);
});

test('a thousand broken BMCs fit in what Consul keeps of a check', () => {
	const hosts = Array.from({ length: 1000 }, (_, i) => `compute-${i}`);
	const asked = new Map(hosts.map((host) => [host, error]));
	const vectors = new Map(hosts.map((host) => [host, up]));
	const { exit, text } = reportText(decideBmcFindings(asked, vectors, new Set(hosts)), '');
	assert.equal(exit, 2);
	assert.ok(Buffer.byteLength(text) < 4096, `${Buffer.byteLength(text)} bytes`);
	assert.match(text, /^critical: 1000 critical, 0 warning\n/);
});
