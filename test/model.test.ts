/**
 * The real plan and the real effects against an in-memory KV and Masakari: random interleavings of three
 * controllers with crashes, stops and restarts between any two effects, lost answers, late deliveries,
 * refusals of all kinds, outages, clocks that are off, operators' words, storms, restored KVs, and random
 * fates of hosts. SCHEDULES says how many; a failure prints how to play that one again.
 */
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import { type Bundled, bundleModel } from './fixtures/model-bundle.ts';
import { type Coverage, isNoted, leastPerThousand } from './fixtures/model-coverage.ts';

const replay = process.env['REPLAY'];
const workers = replay === undefined ? Number(process.env['WORKERS'] ?? availableParallelism()) : 1;
const schedules = Number(process.env['SCHEDULES'] ?? 100);
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 0x7fffffff));
/** Of fewer schedules, how often something was met says nothing. */
const enough = 2000;

/** What one worker says in its last line. */
interface Played {
	readonly coverage: Coverage;
	readonly broken: {
		readonly seed: number;
		readonly path: string | null;
		/** Whether it is a failed assertion: anything else is the model's own mistake. */
		readonly asserted: boolean;
		readonly report: string;
	} | null;
}

let bundled: Bundled;
before(async () => {
	bundled = await bundleModel();
});
after(() => bundled.remove());

test(`I1 to I6: one accepted notification per incident, never a wrong one, in ${schedules} schedules, seed ${seed}`, async (t) => {
	const share = Math.ceil(schedules / workers);
	const runs = Array.from({ length: workers }, async (_, i) => {
		const env = { SCHEDULES: String(share), SEED: String(seed + i) };
		const traces = replay === undefined ? ['--stack-trace-limit=0'] : ['--enable-source-maps'];
		const args = [...traces, '--max-semi-space-size=32', bundled.file];
		const { stdout } = await execa('node', args, { env });
		const { coverage, broken }: Played = JSON.parse(stdout.split('\n').at(-1) ?? '');
		if (broken === null) return coverage;
		const again = `SEED=${broken.seed} REPLAY=${broken.path} npm run -s test:model`;
		const text = `${broken.report}\nplay it again: ${again}`;
		if (!broken.asserted) throw new Error(text);
		return assert.fail(text);
	});
	const all = await Promise.all(runs);
	for (const what of Object.keys(leastPerThousand).filter(isNoted)) {
		const met = all.reduce((sum, coverage) => sum + (coverage[what] ?? 0), 0);
		t.diagnostic(`${met} ${what}`);
		if (replay !== undefined || schedules < enough) continue;
		const least = Math.floor((leastPerThousand[what] * schedules) / 1000);
		assert.ok(met >= least, `${what}: ${met}, and at least ${least} are expected`);
	}
});
