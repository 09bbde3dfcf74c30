import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Checked, startChecked } from './checked.ts';

let checked: Checked;

before(async () => {
	checked = await startChecked({ controllers: 1, computes: 2 });
});
after(() => checked?.close());

const agent = (host: string, network: string) => checked.cloud.host(host).agent(network);

test('it passes and counts the hosts when all is well', async () => {
	assert.deepEqual(await checked.check(), { exitCode: 0, text: '2 hosts on 2 networks' });
});

test('a host that is down on management only is a warning that says why it is left alone', async () => {
	await checked.kill('compute-1', 'management');
	const line = /^warning: compute-1: management down: left alone by the matrix$/m;
	const { text } = await checked.until(1, line);
	assert.match(text, /^warning: 0 critical, 1 warning$/m);
	await agent('compute-1', 'management').start();
	await checked.until(0, /^2 hosts/);
});

test('a host that left one network and is up on another is a warning (I4)', async () => {
	await agent('compute-1', 'storage').leave();
	await checked.until(
		1,
		/^warning: compute-1: storage left: not recovered until it rejoins: see hostmonitor forget --help$/m,
	);
});

test('a host that left storage and then dies on management is not recovered (I4)', async () => {
	await checked.kill('compute-1', 'management');
	await checked.until(1, /^warning: compute-1: management down, storage left: undecided$/m);
	assert.equal(checked.posted(), 0);
	await Promise.all(
		['management', 'storage'].map((network) => agent('compute-1', network).start()),
	);
	await checked.until(0, /^2 hosts/);
});

test('a dead agent on a living host is held by agent, which names what to restart (I1)', async () => {
	checked.configure({ agent_probe: true });
	await checked.kill('compute-2', 'storage');
	const held =
		/^warning: compute-2: held by agent: its kernel answers on storage: restart the consul agent of storage on compute-2$/m;
	await checked.until(1, held);
	const { exitCode, text } = await checked.untilConfirmed('compute-2');
	assert.equal(exitCode, 1, text);
	assert.match(text, held);
	assert.equal(checked.posted(), 0);
});

test('in mode observe it is a warning that says what would have been done', async () => {
	checked.configure({ mode: 'observe' });
	const line = /^warning: compute-2: held by mode: observe: it would have been notified$/m;
	await checked.until(1, line);
	assert.equal(checked.posted(), 0);
});

test('without the probe the same host is due, and then notified', async () => {
	checked.configure();
	const { text } = await checked.until(
		1,
		/^warning: compute-2: recovery \w+ by Masakari \(\S+\)$/m,
	);
	assert.match(text, /^warning: 0 critical, 1 warning$/m);
	assert.equal(checked.posted(), 1);
});
