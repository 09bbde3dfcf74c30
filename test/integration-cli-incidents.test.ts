import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { type Cli, snapshotWith, startCli } from './cli.ts';
import { incident, operatorWord, view } from './fixtures/values.ts';

const storm = { gate: 'storm', reason: '3 hosts at once, limit 2' };
const { acknowledged: _, forgotten: __, ...open } = incident;
let cli: Cli;

before(async () => {
	cli = await startCli();
});
after(() => cli?.close());
beforeEach(() => cli.remove('?recurse'));

test('status --json prints the facts in KV in exactly its shape', async () => {
	const due = { n1: { first_seen: 1, last_seen: 2 } };
	const seen = { ...view, due, returning: {}, left: [], held: { n1: [storm] } };
	const lists = { up: ['n1', 'n2'], maintenance: ['n2'] };
	await cli.put('networks/management', snapshotWith(lists));
	await cli.put('networks/storage', snapshotWith({ up: ['n2'], down: ['n1'], vanished: ['n4'] }));
	await cli.put('controllers/controller-1', seen);
	await cli.put('hosts/n2', incident);
	await cli.put('paused', operatorWord);
	const host = (vector: string, verdict: string, more: object = {}) => {
		const [management, storage] = vector.split('/');
		const base = { due: false, held: [], incident: null };
		return { vector: { management, storage }, verdict, ...base, ...more };
	};
	assert.deepEqual(JSON.parse(await cli.ends(0, 'status', '--json')), {
		controllers: { 'controller-1': seen },
		networks: {
			management: { down: [], left: [], vanished: [], ...lists },
			storage: { up: ['n2'], down: ['n1'], left: [], vanished: ['n4'], maintenance: [] },
		},
		hosts: {
			n1: host('up/down', 'recovery', { due: true, held: [storm] }),
			n2: host('up/up', 'none', { incident }),
			n4: host('unknown/unknown', 'undecided'),
		},
		paused: operatorWord,
	});
	const text = await cli.ends(0, 'status');
	assert.match(text, /^ {2}n1 +up +down +recovery, due\n {4}held by storm: 3 hosts at once/m);
});

test('I8: status names what it cannot read, prints the rest, and exits with 65', async () => {
	await cli.put('networks/storage', snapshotWith({ up: ['n1'] }));
	await cli.put('hosts/n1', '{"version":9}');
	await cli.put('paused', 'oops');
	for (const more of [['--json'], []]) {
		const { exitCode, stdout, stderr } = await cli.run('status', ...more);
		assert.equal(exitCode, 65);
		assert.match(stderr, /hostmonitor\/hosts\/n1: is of version 9/);
		assert.match(stderr, /hostmonitor\/paused: is not JSON/);
		assert.match(stdout, /^ {4}"n1": |^hosts in trouble, of 1$/m);
	}
});

test('I8: no command touches a value that does not parse, and each names its key', async () => {
	await cli.put('networks/storage', snapshotWith({ vanished: ['n1'] }));
	await cli.put('hosts/n1', incident);
	const cases = [
		{ key: 'maintenance/n1', argv: ['maintenance', 'n1', '--reason', 'x'] },
		{ key: 'maintenance/n1', argv: ['maintenance', '--clear', 'n1'] },
		{ key: 'paused', argv: ['pause', '--reason', 'x'] },
		{ key: 'paused', argv: ['resume'] },
		{ key: 'approved/n1', argv: ['approve', 'n1', '--reason', 'x'] },
		{ key: 'hosts/n1', argv: ['forget', 'n1'] },
		{ key: 'hosts/n1', argv: ['acknowledge', 'n1'] },
		{ key: 'networks/storage', argv: ['forget', 'n1'] },
	];
	for (const { key, argv } of cases) {
		const good = await cli.get(key);
		await cli.put(key, '{"version":1');
		const broken = await cli.dump();
		const error = await cli.ends(65, ...argv);
		assert.ok(error.includes(`hostmonitor/${key} does not parse`), error);
		assert.ok(error.includes(`consul kv delete hostmonitor/${key}`), error);
		assert.equal(await cli.dump(), broken);
		await (good ? cli.put(key, good.text) : cli.remove(key));
	}
});

test('I4: only a host that is gone is forgotten, from every list, its incident marked', async () => {
	const storage = { vanished: ['n1', 'n2'], down: ['n3'] };
	const management = { left: ['n1'], up: ['n2'], maintenance: ['n1', 'n4'] };
	await cli.put('networks/management', snapshotWith(management));
	await cli.put('networks/storage', snapshotWith(storage));
	await cli.put('hosts/n1', open);
	for (const host of ['n2', 'n3']) {
		assert.match(await cli.ends(65, 'forget', host), new RegExp(`hostmonitor maintenance ${host}`));
	}
	await cli.ends(0, 'forget', 'N1', '--reason', 'scrapped');
	const others = snapshotWith({ up: ['n2'], maintenance: ['n4'] });
	assert.deepEqual(await cli.json('networks/management'), others);
	const rest = snapshotWith({ ...storage, vanished: ['n2'] });
	assert.deepEqual(await cli.json('networks/storage'), rest);
	const { forgotten, ...unchanged } = await cli.json('hosts/n1');
	assert.deepEqual(unchanged, open);
	assert.match(JSON.stringify(forgotten), /^{"who":"ann@.*","why":"scrapped","at":\d+}$/);

	await cli.ends(0, 'forget', 'n1'); // known by its incident, until the controllers close it
	await cli.remove('hosts/n1');
	await cli.ends(65, 'forget', 'n1');
	assert.match(await cli.ends(0, 'forget', 'n4'), /^n4: forgotten on management$/);
	assert.deepEqual(await cli.json('networks/management'), snapshotWith({ up: ['n2'] }));
});

test('a host that goes on without a network is forgotten there, and its incident told so', async () => {
	await cli.put('networks/management', snapshotWith({ up: ['n1'] }));
	await cli.put('networks/storage', snapshotWith({ vanished: ['n1'] }));
	await cli.put('hosts/n1', open);
	for (let i = 0; i < 2; i++) {
		await cli.put('networks/storage', snapshotWith({ vanished: ['n1'] }));
		const said = await cli.ends(0, 'forget', 'n1', '--network', 'storage');
		assert.match(said, /^n1: its incident will be closed .*, as soon as it is up on the others$/m);
		assert.match(said, /^n1: from now on it is recovered in no case: the matrix needs storage/m);
	}
	const { without, ...unchanged } = await cli.json('hosts/n1');
	assert.deepEqual(unchanged, open);
	assert.match(JSON.stringify(without), /^{"storage":{"who":"ann@[^}]*}}$/);
	assert.match((await cli.ends(0, 'status')).replace(/ +/g, ' '), /without storage, by ann@/);
	assert.deepEqual(await cli.json('networks/storage'), snapshotWith({}));
	await cli.remove('hosts/n1');
});

test('maintenance --clear says that `consul maint` still holds the host, and how that ends', async () => {
	await cli.put('networks/storage', snapshotWith({ down: ['n1'], maintenance: ['n1'] }));
	const said = await cli.ends(0, 'maintenance', '--clear', 'n1');
	assert.match(said, /^n1: was not in maintenance$/m);
	assert.match(said, /^n1: still held: in `consul maint` on storage: /m);
});

test('only what Masakari failed or ignored is acknowledged', async () => {
	await cli.put('networks/storage', snapshotWith({ down: ['n1', 'n2'] }));
	await cli.put('hosts/n1', open);
	assert.match(await cli.ends(65, 'acknowledge', 'n1'), /n1: running: only failed or ignored/);
	assert.match(await cli.ends(65, 'acknowledge', 'n2'), /n2 has no open incident/);
	for (const masakari_status of ['failed', 'ignored']) {
		await cli.put('hosts/n1', { ...open, masakari_status });
		await cli.ends(0, 'acknowledge', 'n1', '--reason', 'moved by hand');
		const { acknowledged, ...unchanged } = await cli.json('hosts/n1');
		assert.deepEqual(unchanged, { ...open, masakari_status });
		assert.match(JSON.stringify(acknowledged), /"why":"moved by hand"/);
	}
});

test('simulate says verdict and gates, and writes nothing', async () => {
	await cli.put('networks/storage', snapshotWith({ up: ['n1'], down: ['n2'] }));
	await cli.put('networks/management', snapshotWith({ up: ['n1', 'n2'], left: ['n3'] }));
	await cli.put('paused', operatorWord);
	await cli.put('maintenance/n1', { ...operatorWord, until: Date.now() + 60_000 });
	const before = await cli.dump();
	assert.match(await cli.ends(0, 'simulate', 'storage=down'), /^verdict +recovery$/m);
	assert.match(await cli.ends(0, 'simulate', 'storage=unknown'), /^verdict +undecided$/m);
	const n1 = await cli.ends(0, 'simulate', 'N1', 'storage=down', 'management=left');
	assert.match(n1, /^vector +management left, storage down\nverdict +recovery$/m);
	assert.match(n1, /^held by +maintenance: in maintenance by ops until .*: kernel update$/m);
	assert.match(n1, /^held by +leaving: left management$/m);
	assert.doesNotMatch(n1, /paused/); // its time is over
	const n2 = await cli.ends(0, 'simulate', 'n2');
	assert.match(n2, /^verdict +recovery\nheld by +nothing in KV$/m);
	assert.equal(await cli.dump(), before);
});
