/**
 * The whole way: real Consul, real Keystone, Masakari and Nova, one nova-compute a host. What counts is where
 * Nova shows a VM, and what Masakari's own database has.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { computes } from '../scripts/lib/openstack-cloud.ts';
import { type Bmc, startBmc, writeFencing } from './fixtures/bmc.ts';
import { operate } from './fixtures/held.ts';
import { notified } from './fixtures/notified.ts';
import { type Stage, startStage } from './fixtures/openstack-stage.ts';

const [dying, lively, fenced] = computes;
const confirmSeconds = 5;
/** Rounds of the check after which a host that was taken for a dead one would have been told. */
const roundsSeconds = 20;
let stage: Stage;
let bmc: Bmc;
let dir: string;

const settings = { confirm: `${confirmSeconds}s` };

before(async () => {
	dir = mkdtempSync(join(tmpdir(), 'hostmonitor-fencing-'));
	bmc = await startBmc();
	stage = await startStage(settings);
});
after(async () => {
	await stage?.close();
	await bmc?.close();
	rmSync(dir, { recursive: true, force: true });
});

test('a host dies, nothing else is touched: its VM runs elsewhere, by one notification (I2)', async () => {
	const { nova } = stage;
	await stage.kill(dying);
	const isElsewhere = (vm: { status: string; host: string }) =>
		vm.status === 'ACTIVE' && vm.host !== dying;
	await nova.until(stage.vmOf(dying), 'ACTIVE on another host', isElsewhere);
	await stage.assertEnded(dying, 'finished');
	await nova.untilService(dying, 'disabled', 'down');
	for (const host of [lively, fenced]) await stage.assertVm(host, 'still there');
});

test('the host comes back: the incident closes, and Masakari takes STARTED', async () => {
	const { nova, openstack } = stage;
	await openstack.clearMaintenance(dying);
	await nova.enable(dying);
	await stage.start(dying);
	const { reason, started } = await stage.closed(dying);
	assert.deepEqual([reason, started?.state], ['returned', 'accepted']);
	assert.deepEqual(
		(await stage.storedOf(dying)).map((text) => text.split(':')[0]),
		[...[`STOPPED ${dying}`, `STARTED ${dying}`]],
	);
	await nova.untilService(dying, 'enabled', 'up');
	await stage.allSay(/^3 hosts on 3 networks/);
	await stage.assertVm(dying, 'moved');
});

test('a host that loses its management network alone keeps its VM, and the check says why', async () => {
	const agent = stage.cloud.host(lively).agent('management');
	await agent.kill();
	const reason = new RegExp(`^warning: ${lively}: management down: left alone by the matrix$`, 'm');
	await stage.allSay(reason);
	// Nothing happens: there is no event to wait for.
	await sleep((confirmSeconds + roundsSeconds) * 1000);
	await stage.allSay(reason);
	assert.deepEqual(await stage.storedOf(lively), []);
	const { hosts } = JSON.parse(await operate(stage.cloud, 'status', '--json'));
	assert.equal(hosts[lively].verdict, 'none');
	assert.deepEqual(hosts[lively].incident, null);
	await stage.assertVm(lively, 'still there');
	await agent.start();
	await stage.allSay(/^3 hosts on 3 networks/);
});

test('storage cut, nova-compute alive, no fencing: Nova refuses, which is critical until acknowledged', async () => {
	const { cloud, nova } = stage;
	await cloud.host(lively).agent('storage').kill();
	await stage.assertEnded(lively, 'failed');
	const said = new RegExp(
		`^critical: ${lively}: recovery failed by Masakari \\(.+\\): hostmonitor acknowledge ${lively}$`,
		'm',
	);
	await stage.allSay(/^critical: /, said);
	await stage.assertVm(lively, 'still there');
	await nova.untilService(lively, 'disabled', 'up');
	await operate(cloud, 'acknowledge', lively, '--reason', 'Nova refuses: its nova-compute lives');
	await stage.allSay(
		/^warning: /,
		new RegExp(`^warning: ${lively}: recovery failed by Masakari`, 'm'),
	);
});

test('it comes back while Masakari has it on maintenance: STARTED is refused, and that is recorded', async () => {
	const { cloud, nova, openstack } = stage;
	await cloud.host(lively).agent('storage').start();
	const { reason, started } = await stage.closed(lively);
	assert.deepEqual([reason, started?.state], ['returned', 'refused']);
	assert.match(started?.error ?? '', /409.*under maintenance/);
	assert.deepEqual(await stage.storedOf(lively), [`STOPPED ${lively}: failed`]);
	await openstack.clearMaintenance(lively);
	await nova.enable(lively);
	await stage.allSay(/^3 hosts on 3 networks/);
});

test('storage cut, nova-compute alive, with fencing: its power is cut first, and its VM moves', async () => {
	const { cloud, nova } = stage;
	const file = join(dir, 'fencing.yaml');
	writeFencing(file, { [fenced]: bmc.options });
	bmc.feed(stage.pids(fenced));
	await stage.configure({ ...settings, fencing: { mode: 'off', file } });
	await cloud.host(fenced).agent('storage').kill();
	const { fencing, attempt } = await stage.until(`${fenced} told`, notified(fenced));
	assert.deepEqual([bmc.power(), bmc.offs()], ['off', 1]);
	assert.deepEqual(stage.pids(fenced), [], 'nothing of it runs');
	assert.ok((fencing?.proven_at ?? Infinity) <= attempt.committed_at, 'proven before it was told');
	await stage.assertEnded(fenced, 'finished');
	await nova.untilService(fenced, 'disabled', 'down');
	await stage.assertVm(fenced, 'moved');
});
