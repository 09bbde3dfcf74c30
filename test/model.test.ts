/**
 * The real plan and the real effects against an in-memory KV and Masakari: random interleavings of three
 * controllers, with crashes and stops between any two effects, lost answers, outages, clocks that are off,
 * and random health. SCHEDULES says how many; a failure prints its seed, and SEED plays that one again.
 */
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const workers = availableParallelism();
const schedules = Number(process.env['SCHEDULES'] ?? 100);
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 0x7fffffff));
const file = fileURLToPath(new URL('fixtures/model-run.ts', import.meta.url));

test(`I1, I2, I3: one accepted notification per incident in ${schedules} schedules, seed ${seed}`, async () => {
	const share = Math.ceil(schedules / workers);
	const runs = Array.from({ length: workers }, async (_, i) => {
		const env = { SCHEDULES: String(share), SEED: String(seed + i) };
		const { exitCode, all } = await execa('node', ['--import', 'tsx', file], {
			...{ env, all: true, reject: false },
		});
		assert.equal(exitCode, 0, all);
	});
	await Promise.all(runs);
});
