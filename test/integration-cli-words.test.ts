import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { type Cli, snapshotWith, startCli } from './cli.ts';
import { view } from './fixtures/values.ts';

const minute = 60_000;
const storm = { gate: 'storm', reason: '3 hosts at once, limit 2' };
let cli: Cli;

before(async () => {
	cli = await startCli();
});
after(() => cli?.close());
beforeEach(() => cli.remove('?recurse'));

test('maintenance stores who, why and until when, is renewed, and is cleared once', async () => {
	await cli.put('networks/storage', snapshotWith({ up: ['n1'] }));
	await cli.ends(0, 'maintenance', 'N1', '--reason', 'new disk', '--for', '2h');
	const { version, who, why, at, until } = await cli.json('maintenance/n1');
	assert.deepEqual([version, why, Number(until) - Number(at)], [1, 'new disk', 120 * minute]);
	assert.match(String(who), /^ann@./);
	assert.ok(Math.abs(Number(at) - Date.now()) < minute);

	assert.match(await cli.ends(0, 'maintenance', 'n1', '--reason', 'new board'), /renewed/);
	const renewed = await cli.json('maintenance/n1');
	assert.deepEqual([renewed['why'], renewed['until']], ['new board', undefined]);

	assert.equal(await cli.ends(0, 'maintenance', '--clear', 'n1'), 'n1: maintenance cleared');
	assert.equal(await cli.get('maintenance/n1'), null);
	assert.equal(await cli.ends(0, 'maintenance', '--clear', 'n1'), 'n1: was not in maintenance');
	assert.match(await cli.ends(0, 'maintenance', '--clear', 'n11'), /did you mean n1\?/);
});

test('a host that nothing knows is refused with the names it resembles, unless forced', async () => {
	await cli.put('networks/storage', snapshotWith({ up: ['compute-1'] }));
	for (const command of ['maintenance', 'approve', 'forget', 'acknowledge']) {
		const error = await cli.ends(65, command, 'compute1', '--reason', 'x');
		assert.match(error, /no host compute1: .*did you mean compute-1\?/, command);
	}
	await cli.ends(0, 'maintenance', 'Compute1', '--reason', 'x', '--force');
	assert.equal((await cli.json('maintenance/compute1'))['why'], 'x');
});

test('a pause stands until resume or its end, and resuming twice is no error', async () => {
	await cli.ends(0, 'pause', '--reason', 'switch', '--for', '30m');
	const { who, why, at, until } = await cli.json('paused');
	assert.match(String(who), /^ann@./);
	assert.deepEqual([why, Number(until) - Number(at)], ['switch', 30 * minute]);
	assert.match(await cli.ends(0, 'status'), /^paused by ann@.* until .*Z: switch$/m);
	assert.equal(await cli.ends(0, 'resume'), 'resumed');
	assert.equal(await cli.get('paused'), null);
	assert.equal(await cli.ends(0, 'resume'), 'was not paused');
});

test('words said at the same moment are all taken, and one of them stands', async () => {
	const reasons = ['a', 'b', 'c', 'd'];
	await Promise.all(reasons.map((reason) => cli.ends(0, 'pause', '--reason', reason)));
	assert.ok(reasons.includes(String((await cli.json('paused'))['why'])));
});

test('an approval ends after 15 minutes, for named hosts or for all that a storm holds', async () => {
	const paused = { gate: 'paused', reason: 'x' };
	const held = { n1: [paused, storm], n2: [storm], n3: [paused] };
	await cli.put('controllers/c1', { ...view, held });
	assert.match(await cli.ends(0, 'approve', 'n3', '--reason', 'go'), /no storm holds it now/);
	const { at, until, why } = await cli.json('approved/n3');
	assert.deepEqual([why, Number(until) - Number(at)], ['go', 15 * minute]);
	await cli.remove('approved/n3');

	assert.match(await cli.ends(0, 'approve', '--all', '--reason', 'go'), /^n1: .*Z\nn2: .*Z$/);
	for (const host of ['n1', 'n2']) assert.equal((await cli.json(`approved/${host}`))['why'], 'go');
	assert.equal(await cli.get('approved/n3'), null);
	await cli.remove('controllers/c1');
	assert.equal(await cli.ends(0, 'approve', '--all', '--reason', 'go'), 'no storm holds any host');
});

test('approve --all says so where it could not read a view, and approves the others', async () => {
	await cli.put('controllers/c1', { ...view, held: { n1: [storm] } });
	await cli.put('controllers/c2', '{}');
	const { exitCode, stdout, stderr } = await cli.run('approve', '--all', '--reason', 'go');
	assert.equal(exitCode, 65);
	assert.match(stdout, /^n1: approved until/);
	assert.match(stderr, /hostmonitor\/controllers\/c2: /);
});
