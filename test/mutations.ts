#!/usr/bin/env tsx
/**
 * `npm run test:mutations [-- NAME …]`: breaks the code in each of the ways below fixtures/mutations, in a
 * copy of the tree, and expects the tests that its patch names to go red by an assertion of theirs.
 * `--list` says what there is. Exits 1 where a mutant survives, or cannot be judged.
 */
import {
	loadMutants,
	type Mutant,
	titlesByFile,
	tryMutant,
	type Verdict,
} from './fixtures/mutant.ts';
import { copyTree, runTests } from './fixtures/mutant-tree.ts';

/** Each is a process or two on one core. */
const atOnce = 2;

/** Does it for all, so many at once, in their order. */
async function each<T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
	const queue = [...items];
	const work = async () => {
		for (let item = queue.shift(); item !== undefined; item = queue.shift()) await action(item);
	};
	await Promise.all(Array.from({ length: atOnce }, work));
}

/** Runs and says how long it took. */
async function timed<T>(action: () => Promise<T>): Promise<[T, string]> {
	const begin = performance.now();
	const result = await action();
	return [result, `${((performance.now() - begin) / 1000).toFixed(1)} s`];
}

/** Guards that are red without any patch, with what was said: they prove nothing. */
async function redGuards(mutants: readonly Mutant[]): Promise<string[]> {
	const red: string[] = [];
	const tree = await copyTree();
	try {
		await each(
			[...titlesByFile(mutants.flatMap(({ guards }) => guards))],
			async ([file, titles]) => {
				const { ended, output } = await runTests(tree.dir, file, titles);
				const green = ended.length > 0 && ended.every(({ end }) => end === 'passed');
				if (!green) red.push(`${file} is red without a patch\n${output}`);
			},
		);
	} finally {
		await tree.remove();
	}
	return red;
}

function lineOf({ name }: Mutant, verdict: Verdict, took: string): string {
	return verdict.kind === 'killed'
		? `${name}: killed by "${verdict.by}" in ${took}`
		: `${name}: ${verdict.kind.toUpperCase()} in ${took}: ${verdict.reason}`;
}

async function main(argv: readonly string[]): Promise<void> {
	const all = await loadMutants();
	const unknown = argv.filter((arg) => arg !== '--list' && !all.some(({ name }) => name === arg));
	if (unknown.length > 0) throw new Error(`no mutant is called ${unknown.join(', ')}; try --list`);
	if (argv.includes('--list')) {
		for (const { name, what } of all) console.log(`${name.padEnd(28)}${what}`);
		return;
	}
	const chosen = argv.length === 0 ? all : all.filter(({ name }) => argv.includes(name));
	const [red, tookGreen] = await timed(() => redGuards(chosen));
	if (red.length > 0) throw new Error(red.join('\n'));
	console.log(`the tests are green without a patch in ${tookGreen}`);
	const failed: string[] = [];
	await each(chosen, async (mutant) => {
		const [verdict, took] = await timed(() => tryMutant(mutant));
		if (verdict.kind !== 'killed') failed.push(`${mutant.name} (${verdict.kind})`);
		console.log(lineOf(mutant, verdict, took));
	});
	if (failed.length > 0) console.log(`not killed: ${failed.sort().join(', ')}`);
	console.log(`${chosen.length - failed.length} passed, ${failed.length} failed`);
	if (failed.length > 0) process.exitCode = 1;
}

try {
	await main(process.argv.slice(2));
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
