/** Planned work: leaves, maintenance, pauses, a configuration on its way. Nobody at work is recovered. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { serfHealth } from '../scripts/lib/consul-api.ts';
import { eventually } from '../scripts/lib/eventually.ts';
import { heldFor, operate } from './fixtures/held.ts';
import { operators } from './fixtures/matrix.ts';
import { backdate, notified, posted, postsOf, rowsOf } from './fixtures/notified.ts';
import { type PartitionCloud, startPartition } from './fixtures/partition.ts';

let cloud: PartitionCloud;
const confirm = '10s';
const storm = { max_hosts: 100, max_fraction: 1 };

before(async () => {
	cloud = await startPartition({ computes: 11 }, { confirm, storm });
});
after(() => cloud?.close());

/** Whether every network's snapshot has the host in this list. */
const listed = (host: string, list: 'up' | 'down' | 'left', on = cloud.networks) =>
	cloud.until(`${host} ${list}`, ({ snapshots }) =>
		on.every((network) => snapshots[network]?.value[list].includes(host)),
	);

test('consul leave on all networks, then off: never down (I4)', async () => {
	await cloud.host('compute-1').leave();
	await cloud.cut('compute-1');
	await listed('compute-1', 'left');
});

test('the power button, whose units leave, then off: never down (I4)', async () => {
	for (const agent of cloud.host('compute-2').agents) {
		process.kill(agent.pid ?? assert.fail('it runs'), 'SIGINT');
	}
	await listed('compute-2', 'left');
	await cloud.powerOff('compute-2');
});

test('left on two networks, killed on the third: held, and the check says where it left (I4)', async () => {
	const host = cloud.host('compute-3');
	for (const network of ['management', 'tenant']) await host.agent(network).leave();
	await cloud.powerOff('compute-3');
	await cloud.shown('compute-3', 'leaving', /left management, tenant/);
});

test('a dead host that an operator makes leave: nobody recovers it (I4)', async () => {
	await operate(cloud, 'pause', '--reason', 'looking into compute-4');
	await cloud.powerOff('compute-4');
	await listed('compute-4', 'down');
	await cloud.allSay(/^warning: compute-4: held by paused: paused by ann.*looking into compute-4/m);
	for (const network of cloud.networks) {
		await cloud.host('controller-1').agent(network).consul('force-leave', 'compute-4');
	}
	await listed('compute-4', 'left');
	await operate(cloud, 'resume');
});

test('storage cut and mended under a pause, which ends at once: nobody (I4)', async () => {
	await operate(cloud, 'pause', '--reason', 'new cables');
	await cloud.cut('compute-10', 'storage');
	await cloud.until('held for longer than confirm', heldFor(15, 'compute-10', 'paused'));
	await cloud.shown('compute-10', 'paused', /new cables/);
	await cloud.mend('compute-10', 'storage');
	await operate(cloud, 'resume');
	await listed('compute-10', 'up');
	await cloud.noted('compute-10', 'paused');
	await cloud.assertAlone('compute-10');
});

test('storage cut on a host that Masakari has on maintenance: held, and nobody is told', async () => {
	cloud.masakari.setMaintenance('compute-7');
	await cloud.cut('compute-7', 'storage');
	await cloud.until('held', heldFor(15, 'compute-7', 'masakari', /on maintenance/));
	await cloud.shown('compute-7', 'masakari', /on maintenance/);
	await cloud.mend('compute-7', 'storage');
	await listed('compute-7', 'up');
	await cloud.noted('compute-7', 'masakari');
	cloud.masakari.clearMaintenance('compute-7');
});

test('in consul maint on management alone, it is held; out of it and still down, recovered once (I4)', async () => {
	const agent = cloud.host('compute-5').agent('management');
	await agent.consul('maint', '-enable', '-reason', 'new disk');
	await cloud.until('maintenance', ({ snapshots }) =>
		snapshots['management']?.value.maintenance.includes('compute-5'),
	);
	await cloud.cut('compute-5', 'storage');
	await cloud.until('held for longer than confirm', heldFor(15, 'compute-5', 'maintenance'));
	await cloud.shown('compute-5', 'maintenance', /consul maint on management/);
	assert.deepEqual(posted(cloud.masakari), []);
	await agent.consul('maint', '-disable');
	await cloud.assertRecovered('compute-5');
});

test('limits rolled out controller by controller: nothing is sent while they differ', async () => {
	const [first, ...others] = cloud.controllers;
	const masakari = { endpoint: cloud.masakari.url, auth: 'none' };
	const settings = { confirm, masakari, agent_probe: true, storm: { ...storm, max_hosts: 99 } };
	await cloud.install(first ?? assert.fail('a controller'), { settings });
	await cloud.allSay(/^warning: configuration differs from that of /m);
	await cloud.powerOff('compute-6');
	await cloud.until('held for longer than confirm', heldFor(15, 'compute-6', 'configuration'));
	await cloud.shown('compute-6', 'configuration', /differs from ours/);
	assert.equal(posted(cloud.masakari).length, 1);
	for (const one of others) await cloud.install(one, { settings });
	await cloud.assertRecovered('compute-6');
});

test('a matrix rolled out controller by controller under clocks that are wrong: nothing until both are well', async (t) => {
	const [first = assert.fail('a controller'), ...others] = cloud.controllers;
	const [row, changed] = [
		'["down", "down", "up"]\n    action: []',
		'["down", "down", "up"]\n    action: [recovery]',
	];
	assert.ok(operators.includes(row));
	const matrix_file = join(cloud.dir, 'matrix.yaml');
	writeFileSync(matrix_file, operators.replace(row, changed));
	const masakari = { endpoint: cloud.masakari.url, auth: 'none' };
	const settings = {
		confirm,
		masakari,
		agent_probe: true,
		storm: { ...storm, max_hosts: 99 },
		matrix_file,
	};
	t.after(() => cloud.masakari.skewDate(0));
	cloud.masakari.skewDate(60_000);
	await cloud.install(first, { settings });
	await cloud.powerOff('compute-11');
	await cloud.until('held', heldFor(15, 'compute-11', 'configuration'));
	await cloud.shown('compute-11', 'configuration', /differs from ours/);
	for (const one of others) await cloud.install(one, { settings });
	// Nobody asks Masakari, by whose clock ours is wrong, about a host that another gate holds.
	await cloud.until('held by the clock', heldFor(30, 'compute-11', 'clock'));
	await cloud.shown('compute-11', 'clock', /(59|60) s away from Masakari's/);
	assert.deepEqual(postsOf(cloud.masakari, 'compute-11'), []);
	cloud.masakari.skewDate(0);
	await cloud.assertRecovered('compute-11');
});

test('restored from when a host that lives was down, and all servers restarted: nobody (I5)', async () => {
	const storage = cloud.host('controller-1').agent('storage');
	await operate(cloud, 'maintenance', 'compute-7', '--reason', 'to be down for a moment');
	await cloud.cut('compute-7', 'storage');
	await listed('compute-7', 'down', ['storage']);
	const file = join(cloud.dir, 'down.snap');
	await storage.consul('snapshot', 'save', file);
	await cloud.mend('compute-7', 'storage');
	await listed('compute-7', 'up', ['storage']);
	await operate(cloud, 'maintenance', '--clear', 'compute-7');
	await storage.consul('snapshot', 'restore', file);
	for (const { agents, name } of cloud.controllers) {
		for (const agent of agents) {
			await agent.stop();
			await agent.start();
			await serfHealth(agent.http, (byNode) => byNode.get(name) === 'passing');
			await cloud.leader(agent.network);
		}
	}
	const { http } = (await cloud.leader('storage')).agent('storage');
	await serfHealth(http, (byNode) => byNode.get('compute-7') === 'passing', { timeoutMs: 120_000 });
	await cloud.assertAlone('compute-7');
});

test('a host without a tenant agent fails, comes back, and fails: two recoveries', async () => {
	const host = cloud.host('compute-8');
	await host.agent('tenant').leave();
	await listed('compute-8', 'left', ['tenant']);
	// A controller that has only heard of the leave, and not of its end, would keep it.
	for (const controller of cloud.controllers) {
		const agent = controller.agent('tenant');
		await eventually(async () => {
			const known = (await agent.consul('members')).includes('compute-8');
			if (known) await agent.consul('force-leave', '-prune', 'compute-8');
			return !known;
		});
	}
	const said = await operate(cloud, 'forget', 'compute-8', '--network', 'tenant');
	assert.match(said, /^compute-8: forgotten on tenant$/);
	const there = host.agents.filter(({ network }) => network !== 'tenant');
	const die = async () => {
		await cloud.cut('compute-8');
		for (const agent of there) await agent.kill();
	};
	await die();
	await cloud.assertRecovered('compute-8');
	await cloud.mend('compute-8');
	for (const agent of there) await agent.start();
	await cloud.until('closed', ({ incidents }) => incidents['compute-8'] === undefined);
	cloud.masakari.clearMaintenance('compute-8');
	for (const row of cloud.masakari.notifications) backdate(row);
	await die();
	await cloud.until('sent again', notified('compute-8'));
	assert.equal(rowsOf(cloud.masakari, 'compute-8').length, 2);
});

test('storage flaps, 8 s down and 20 s up, three times: nobody, and the check counts them', async () => {
	for (let flap = 0; flap < 3; flap++) {
		await cloud.cut('compute-9', 'storage');
		await pass(8000);
		await cloud.mend('compute-9', 'storage');
		await pass(20_000);
	}
	await cloud.says(
		cloud.host('controller-1'),
		/^warning: compute-9: became due [23] times, each within an hour of the last: see its links$/m,
	);
});

test('whoever left, worked or flapped was never told of (I4)', () =>
	cloud.assertAlone(...[1, 2, 3, 4, 7, 9, 10].map((i) => `compute-${i}`)));
