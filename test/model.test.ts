/**
 * The real plan and the real effects against an in-memory KV and Masakari: random interleavings of three
 * controllers with crashes, stops and restarts between any two effects, lost answers, late deliveries,
 * refusals of all kinds, outages, clocks that are off, operators' words, storms, restored KVs, and random
 * fates of hosts. SCHEDULES says how many; a failure prints its seed, and SEED plays that one again.
 */
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import { type Bundled, bundleModel } from './fixtures/model-bundle.ts';

const workers = availableParallelism();
const schedules = Number(process.env['SCHEDULES'] ?? 100);
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 0x7fffffff));

let bundled: Bundled;
before(async () => {
	bundled = await bundleModel();
});
after(() => bundled.remove());

test(`I1 to I6: one accepted notification per incident, never a wrong one, in ${schedules} schedules, seed ${seed}`, async () => {
	const share = Math.ceil(schedules / workers);
	const runs = Array.from({ length: workers }, async (_, i) => {
		const env = { SCHEDULES: String(share), SEED: String(seed + i) };
		const args = ['--enable-source-maps', '--max-semi-space-size=32', bundled.file];
		const { exitCode, all } = await execa('node', args, { env, all: true, reject: false });
		assert.equal(exitCode, 0, all);
	});
	await Promise.all(runs);
});
