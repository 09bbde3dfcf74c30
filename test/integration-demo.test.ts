/** A demo that is interrupted leaves nothing behind; all of it that CI plays to its end is its story. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { CLOUD_MARK } from '../scripts/lib/cloud-cleanup.ts';
import { eventually } from '../scripts/lib/eventually.ts';
import { patienceMs } from './fixtures/installed-cloud.ts';

/** All that a demo has started and that runs. */
function startedBy({ pid }: ChildProcess): readonly string[] {
	return readdirSync('/proc').filter((name) => {
		try {
			return readFileSync(`/proc/${name}/environ`, 'latin1').includes(`${CLOUD_MARK}=${pid}-`);
		} catch {
			return false; // It is no process, or ended meanwhile.
		}
	});
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
	test(`${signal} ends the demo, and all that it has started`, async (t) => {
		const dir = mkdtempSync(join(tmpdir(), 'hostmonitor-demo-'));
		t.after(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
		const script = resolve(import.meta.dirname, '../scripts/demo.ts');
		const demo = spawn(process.execPath, ['--import', 'tsx', script, '--json'], {
			env: { ...process.env, TMPDIR: dir },
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		const exited = once(demo, 'exit');
		t.after(() => demo.kill());
		let said = '';
		demo.stdout.on('data', (chunk: Buffer) => {
			said += String(chunk);
		});
		const clouds = () => readdirSync(dir).filter((name) => name.startsWith('hostmonitor-cloud-'));
		await eventually(() => startedBy(demo).length > 1, { timeoutMs: patienceMs });
		assert.equal(clouds().length, 1);
		demo.kill(signal);
		assert.deepEqual(await exited, [signal === 'SIGINT' ? 130 : 143, null]);
		assert.deepEqual(startedBy(demo), []);
		assert.deepEqual(clouds(), []);
		const lines = said.trim().split('\n');
		const [first] = lines.map((line) => JSON.parse(line).event);
		assert.equal(first, 'masakari_ready');
	});
}
