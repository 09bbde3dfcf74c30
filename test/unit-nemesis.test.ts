/** What `npm run test:nemesis` does is chosen by its seed, and every fault has its turn. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { chooseRound, describeRound, type Round, recoveredOf } from './fixtures/nemesis-choice.ts';
import { faults, means } from './fixtures/nemesis-cloud.ts';
import { cycleRounds, slowEvery } from './fixtures/nemesis-deal.ts';

const seeds = [0, 1, 2, 77, 999_999_999];
const roundsOf = (seed: number, count: number): Round[] =>
	Array.from({ length: count }, (_, i) => chooseRound(seed, i + 1, means));

test('a round is the same however often, and from wherever, it is played', () => {
	for (const seed of seeds) {
		const [, , third] = roundsOf(seed, 3);
		assert.deepEqual(chooseRound(seed, 3, means), third);
	}
	const lines = seeds.map((seed) => roundsOf(seed, 5).map(describeRound).join('\n'));
	assert.equal(new Set(lines).size, seeds.length);
});

/** What every thirty rounds must have met: each line is one demand, and any of its faults will do. */
const musts = [
	['processes killed'],
	['all processes killed'],
	['processes stopped', 'all processes stopped'],
	["the lock's holder stopped for longer than its session"],
	['agent killed'],
	['agent restarted'],
	["the hub's leader killed"],
	['Masakari away'],
	['read, connection reset'],
	['row made, connection reset'],
	['sender killed, its row made'],
	['429'],
	['host on maintenance'],
	['hub restored'],
	['agents restarted, controller by controller'],
];

test("CI's thirty rounds meet all that must be met, and every fast fault, whatever the seed", () => {
	const fast = faults.filter(({ slow }) => !slow).map(({ name }) => name);
	for (let seed = 0; seed < 100; seed++) {
		const rounds = roundsOf(seed, cycleRounds);
		const met = new Set(rounds.flatMap((round) => round.faults.map(({ fault }) => fault.name)));
		const isMet = (name: string) => met.has(name);
		const text = `seed ${seed}`;
		assert.deepEqual(
			fast.filter((name) => !isMet(name)),
			[],
			text,
		);
		assert.deepEqual(
			musts.filter((names) => !names.some(isMet)),
			[],
			text,
		);
	}
});

test('records are lost, and agents restarted, when Masakari has taken a notification', () => {
	const late = seeds
		.flatMap((seed) => roundsOf(seed, cycleRounds))
		.filter((round) => round.faults.some(({ fault }) => fault.late));
	assert.ok(late.length >= 2 * seeds.length);
	for (const round of late) assert.ok(recoveredOf(round).length > 0, describeRound(round));
});

test('the slow faults have one of fifteen rounds, and each has its turn', () => {
	const slow = faults.filter((fault) => fault.slow);
	const count = slow.length * slowEvery;
	for (const seed of seeds) {
		const rounds = roundsOf(seed, count);
		const met = rounds.flatMap((round) => round.faults.filter(({ fault }) => fault.slow));
		assert.deepEqual(new Set(met.map(({ fault }) => fault)), new Set(slow));
		for (let from = 0; from < count; from += slowEvery) {
			const block = rounds.slice(from, from + slowEvery);
			const slow = block.filter((round) => round.faults.some(({ fault }) => fault.slow));
			assert.equal(slow.length, 1);
		}
	}
});

test('no round has two faults of a kind, or one that nothing would meet', () => {
	for (const round of seeds.flatMap((seed) => roundsOf(seed, 60))) {
		const kinds = round.faults.map(({ fault }) => fault.kind);
		assert.ok(kinds.length >= 1 && kinds.length <= 3, describeRound(round));
		assert.equal(new Set(kinds).size, kinds.length, describeRound(round));
		const needs = round.faults.some(({ fault }) => fault.needsRecovery);
		assert.ok(!needs || recoveredOf(round).length > 0, describeRound(round));
		// Who waits for a request must be there before anybody dies of whom it could be.
		for (const { fault, atMs } of round.faults) {
			const first = Math.min(...round.deaths.map((death) => death.atMs));
			assert.ok(!fault.waits || atMs < first, describeRound(round));
		}
	}
});

test('Masakari is to be told of those whose storage is down, and of nobody who left', () => {
	const death = { atMs: 0, how: 'killed' } as const;
	const round: Round = {
		...{ seed: 1, number: 1, faults: [] },
		deaths: [
			{ ...death, host: 'n3', networks: ['storage'] },
			{ ...death, host: 'n2', networks: ['management', 'tenant'] },
			{ ...death, host: 'n1', networks: means.networks },
			{ ...death, host: 'n0', networks: means.networks, how: 'left' },
		],
	};
	assert.deepEqual(recoveredOf(round), ['n1', 'n3']);
});

for (const argv of [
	['--rounds', '0'],
	['--seed', 'x'],
	['--round', '1', '--rounds', '2'],
	['all'],
]) {
	test(`nemesis ${argv.join(' ')} is a usage error, and starts nothing`, async () => {
		const file = fileURLToPath(new URL('nemesis.ts', import.meta.url));
		const args = ['--import', 'tsx', file, ...argv];
		const { exitCode, stdout, stderr } = await execa(process.execPath, args, { reject: false });
		assert.deepEqual([exitCode, stdout], [64, '']);
		assert.match(stderr, /^usage: npm run test:nemesis/);
	});
}
