import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Checked, startChecked } from './checked.ts';

let checked: Checked;

before(async () => {
	// Two servers a cluster: without either of them there is no leader.
	checked = await startChecked({ controllers: 2, computes: 1 });
});
after(() => checked?.close());

const own = (network: string) => checked.controller.agent(network);
const other = (network: string) => checked.cloud.host('controller-2').agent(network);
const well = () => checked.until(0, /^1 hosts on 2 networks$/);
const noDecisions = /^critical: no decisions: the hub does not answer$/m;

test('a network whose agent does not answer is critical, named, and decides nothing (I5)', async () => {
	await well();
	const before = await checked.kv.get('networks/storage');
	await checked.kill('compute-1', 'storage');
	own('storage').pause();
	for (let runs = 0; runs < 2; runs++) {
		const { exitCode, text } = await checked.check();
		assert.equal(exitCode, 2, text);
		assert.match(text, /^critical: storage cannot be read: .* within \d+ ms$/m);
	}
	own('storage').resume();
	assert.equal(checked.posted(), 0);
	assert.deepEqual(await checked.kv.get('networks/storage'), before);
	await checked.revive('compute-1', 'storage');
	await well();
});

test('a network without a leader is critical, named, and decides nothing (I5)', async () => {
	await checked.kill('compute-1', 'storage');
	await other('storage').kill();
	await checked.until(2, /^critical: storage cannot be read: /m);
	assert.equal(checked.posted(), 0);
	await other('storage').start();
	await checked.revive('compute-1', 'storage');
	await well();
});

test('a hub without a leader makes no decisions, and the check says so', async () => {
	await checked.kill('compute-1', 'storage');
	await other('management').kill();
	const { text } = await checked.until(2, noDecisions);
	assert.match(text, /^consul: .*(500|within \d+ ms)/m);
	assert.equal(checked.posted(), 0);
	await checked.revive('compute-1', 'storage');
});

test('a hub whose agent is dead makes no decisions, and the check says so', async () => {
	await own('management').kill();
	const { exitCode, text } = await checked.check();
	assert.equal(exitCode, 2);
	assert.match(text, noDecisions);
	assert.match(text, /^consul: .*connection refused$/m);
});

test('a hub that is back makes decisions again', async () => {
	await Promise.all([own('management').start(), other('management').start()]);
	await well();
	assert.equal(checked.posted(), 0);
});
