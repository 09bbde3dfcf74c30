import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { CLOUD_MARK, killMarked } from '../scripts/lib/cloud-cleanup.ts';

/** A process that would go on for a minute. */
const start = (mark: string) =>
	spawn('sleep', ['60'], { env: { ...process.env, [CLOUD_MARK]: mark } });
const pidsOf = (running: readonly ChildProcess[]) => running.map(({ pid }) => pid ?? assert.fail());

test('what a cloud starts while it is being ended is found by a later pass; others live', async (t) => {
	const mark = `test-${process.pid}`;
	const other = start(`${mark}-other`);
	t.after(() => other.kill('SIGKILL'));
	const running = [start(mark)];
	let passes = 0;
	killMarked(mark, () => {
		const before = pidsOf([...running, other]);
		// Only after the list was made: the first two passes miss it.
		if (++passes <= 2) running.push(start(mark));
		return before;
	});
	const ended = await Promise.all(
		running.map(async (one) => one.signalCode ?? (await once(one, 'exit'))[1]),
	);
	assert.deepEqual(ended, ['SIGKILL', 'SIGKILL', 'SIGKILL']);
	assert.equal(other.signalCode ?? other.exitCode, null);
});
