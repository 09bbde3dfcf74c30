/** Our end of the Fence Agent API against the real fence_ipmilan, and a BMC that speaks real IPMI. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openFence } from '../handlers/lib/io/fence.ts';
import {
	type Bmc,
	freePort,
	optionsFor,
	password,
	startBmc,
	writeFencing,
} from './fixtures/bmc.ts';

let bmc: Bmc;
let dir: string;

before(async () => {
	dir = mkdtempSync(join(tmpdir(), 'hostmonitor-fencing-'));
	bmc = await startBmc();
});
after(async () => {
	await bmc?.close();
	rmSync(dir, { recursive: true, force: true });
});

function fenceOf(options: Bmc['options'] = bmc.options, timeoutMs = 60_000) {
	const file = join(dir, 'fencing.yaml');
	writeFencing(file, { n1: options });
	return openFence(file, { timeoutMs, signal: new AbortController().signal });
}

test('a host that is on is read as on', async () => {
	assert.deepEqual(await fenceOf().status('n1'), { kind: 'on' });
});

test('a host is powered off, reads as off, and is powered off again without harm', async () => {
	const fence = fenceOf();
	assert.deepEqual(await fence.off('n1'), { ok: true });
	assert.equal(bmc.power(), 'off');
	assert.deepEqual(await fence.status('n1'), { kind: 'off' });
	assert.deepEqual(await fence.off('n1'), { ok: true });
	assert.equal(bmc.offs(), 1);
	bmc.setPower('on');
	assert.deepEqual(await fence.status('n1'), { kind: 'on' });
});

test('a wrong password is an error, however off the host is, and says nothing of it (I7)', async () => {
	bmc.setPower('off');
	const fence = fenceOf({ ...bmc.options, password: `${password}x` });
	assert.deepEqual(await fence.status('n1'), {
		...{ kind: 'error', error: 'fence_ipmilan exited with 1' },
	});
	assert.deepEqual(await fence.off('n1'), {
		...{ ok: false, error: 'off: fence_ipmilan exited with 1' },
	});
	bmc.setPower('on');
});

test('a BMC that cannot be reached is an error', async () => {
	const said = await fenceOf(optionsFor(await freePort())).status('n1');
	assert.deepEqual(said, { kind: 'error', error: 'fence_ipmilan exited with 1' });
	const soon = await fenceOf(optionsFor(await freePort()), 3000).status('n1');
	assert.deepEqual(soon, { kind: 'error', error: 'fence_ipmilan did not end within 3 s' });
});

test('a BMC that hangs is an error in time, and answers again later', async () => {
	bmc.pause();
	const said = await fenceOf(bmc.options, 3000).off('n1');
	assert.deepEqual(said, { ok: false, error: 'off: fence_ipmilan did not end within 3 s' });
	bmc.resume();
	assert.deepEqual(await fenceOf().status('n1'), { kind: 'on' });
});

test('off that stays on is an error, and reads as on', async () => {
	bmc.stick(true);
	const off = await fenceOf(bmc.options, 10_000).off('n1');
	assert.deepEqual(off, { ok: false, error: 'off: fence_ipmilan did not end within 10 s' });
	assert.deepEqual(await fenceOf().status('n1'), { kind: 'on' });
	bmc.stick(false);
});
