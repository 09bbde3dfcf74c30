#!/usr/bin/env tsx
/**
 * `npm run test:nemesis -- --rounds 30 --seed N`: in each round hosts die on real Consul while controllers,
 * agents and Masakari suffer faults chosen by the seed; each must end with exactly the expected
 * notifications. Prints a line a round, and how to play again the one that failed.
 */
import { parseArgs } from 'node:util';
import { chooseRound, describeRound, type Round } from './fixtures/nemesis-choice.ts';
import { means, startNemesisCloud } from './fixtures/nemesis-cloud.ts';
import { openLedger } from './fixtures/nemesis-ledger.ts';
import { playRound } from './fixtures/nemesis-round.ts';
import { postsOf } from './fixtures/notified.ts';

const usage = `usage: npm run test:nemesis -- [--rounds N] [--seed N] [--round K]

  --rounds N  how many, default 30
  --seed N    what goes wrong when; default: chosen, and printed
  --round K   only this round of the seed`;

/** Which rounds to play. */
interface Asked {
	readonly seed: number;
	readonly numbers: readonly number[];
}

/** The arguments, or null where they are none of ours. */
function readArgs(argv: readonly string[]): Asked | null {
	const number = (text: string | undefined, least: number) =>
		text === undefined || (/^\d{1,9}$/.test(text) && Number(text) >= least);
	const string = { type: 'string' } as const;
	try {
		const options = { rounds: string, seed: string, round: string };
		const { rounds, seed, round } = parseArgs({ args: [...argv], options }).values;
		if (!number(rounds, 1) || !number(seed, 0) || !number(round, 1)) return null;
		if (rounds !== undefined && round !== undefined) return null;
		const all = Array.from({ length: Number(rounds ?? 30) }, (_, i) => i + 1);
		return {
			seed: Number(seed ?? Math.floor(Math.random() * 1_000_000_000)),
			numbers: round === undefined ? all : [Number(round)],
		};
	} catch {
		return null;
	}
}

/** An error with all its causes. */
function textOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return `${error.stack}${error.cause === undefined ? '' : `\ncaused by ${textOf(error.cause)}`}`;
}

async function play({ seed, numbers }: Asked): Promise<boolean> {
	const begin = performance.now();
	const secondsSince = (ms: number) => ((performance.now() - ms) / 1000).toFixed(1);
	console.log(`seed ${seed}, ${numbers.length} rounds`);
	const cloud = await startNemesisCloud();
	const ledger = openLedger(cloud);
	const rounds = numbers.map((number): Round => chooseRound(seed, number, means));
	let passed = 0;
	for (const round of rounds) {
		process.stdout.write(`round ${round.number}: ${describeRound(round)}`);
		const since = performance.now();
		const failed = await playRound(cloud, round, ledger).then(
			() => null,
			(error: unknown) => textOf(error),
		);
		console.log(`: ${failed === null ? 'passed' : 'FAILED'} after ${secondsSince(since)} s`);
		if (failed !== null) {
			console.error(failed);
			for (const { host } of round.deaths) console.error(host, postsOf(cloud.masakari, host));
			const again = `npm run test:nemesis -- --seed ${seed} --round ${round.number}`;
			console.error(`seed ${seed}, round ${round.number} failed; play it again: ${again}`);
			break;
		}
		passed += 1;
	}
	await cloud.close();
	const failed = passed < rounds.length ? 1 : 0;
	const left = rounds.length - passed - failed;
	const more = left > 0 ? `, ${left} not played` : '';
	console.log(`seed ${seed}, ${secondsSince(begin)} s in all`);
	console.log(`${passed} passed, ${failed} failed${more}`);
	return failed === 0;
}

const asked = readArgs(process.argv.slice(2));
if (asked === null) {
	console.error(usage);
	process.exit(64);
}
play(asked).then(
	// Waits of a round that went wrong would keep the process alive.
	(well) => process.exit(well ? 0 : 1),
	(error: unknown) => {
		console.error(`nemesis: ${textOf(error)}`);
		process.exit(1);
	},
);
