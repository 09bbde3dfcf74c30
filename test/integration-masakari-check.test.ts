import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { consulGet } from '../scripts/lib/consul-api.ts';
import type { Caller } from '../scripts/lib/masakari-server.ts';
import { runBundle } from './bundle.ts';
import { type Checked, startChecked } from './checked.ts';

const caller: { now: Caller } = { now: { project: 'service' } };
let checked: Checked;

before(async () => {
	const hosts = ['compute-1', { name: 'rack 2', hosts: ['compute-2'] }];
	checked = await startChecked(
		{ controllers: 1, computes: 2 },
		{ hosts, authenticate: () => caller.now },
	);
});
after(() => checked?.close());
beforeEach(() => {
	checked.configure();
	caller.now = { project: 'service' };
});

const well = { exitCode: 0, text: '2 hosts in 2 segments' };
const ask = () => checked.check('masakari');
const asked = () => checked.masakari.calls.filter(({ method }) => method === 'POST').length;

test('it passes and counts hosts and segments when all is well, and writes nothing', async () => {
	await checked.until(0, /^2 hosts on 2 networks$/);
	const { http } = checked.controller.agent('management');
	const kv = () => consulGet(http, '/v1/kv/hostmonitor/?recurse');
	const before = await kv();
	assert.deepEqual(await ask(), well);
	assert.deepEqual(await kv(), before);
	assert.deepEqual(checked.masakari.notifications, []);
});

test('a token that may read and not notify is critical before any host dies', async () => {
	caller.now = { project: 'service', forbidden: ['notifications:create'] };
	const { exitCode, text } = await ask();
	assert.equal(exitCode, 2);
	assert.match(
		text,
		/^critical: 1 critical, 0 warning\ncritical: Masakari takes no notification from us: 403 Policy doesn't allow os_masakari_api:notifications:create to be performed\.: .*openstack role add/,
	);
});

test('in mode observe the same token is no matter yet: nothing is posted', async () => {
	checked.configure({ mode: 'observe' });
	caller.now = { project: 'service', forbidden: ['notifications:create'] };
	const posts = asked();
	const text = `${well.text} (mode: observe, no POST tried)`;
	assert.deepEqual(await ask(), { exitCode: 0, text });
	assert.equal(asked(), posts);
});

test('validate --online says what the check says, in mode observe, too', async () => {
	checked.configure({ mode: 'observe' });
	caller.now = { project: 'service', forbidden: ['notifications:create'] };
	checked.masakari.disableSegment('rack 2');
	const args = ['validate', '--online', '--config', `${checked.controller.dir}/hostmonitor.yaml`];
	const { exitCode, stdout, stderr } = await runBundle('scripts/hostmonitor', args, '');
	checked.masakari.enableSegment('rack 2');
	assert.equal(exitCode, 69);
	assert.match(stdout, /warning: segment rack 2 is disabled, nobody recovers compute-2: /);
	assert.match(stderr, /Masakari takes no notification from us: 403 /);
});

test('a disabled segment with a monitored host warns, with the command', async () => {
	checked.masakari.disableSegment('rack 2');
	const { exitCode, text } = await ask();
	checked.masakari.enableSegment('rack 2');
	assert.equal(exitCode, 1);
	assert.match(text, /compute-2: openstack segment update --is_enabled True 'rack 2'$/);
});

test('a clock that is off is critical', async () => {
	checked.masakari.skewDate(60_000);
	const { exitCode, text } = await ask();
	checked.masakari.skewDate(0);
	assert.equal(exitCode, 2);
	assert.match(text, /^critical: this clock is -\d+ s away from Masakari's/m);
});

test('Masakari away is critical, and says why', async () => {
	await checked.masakari.stopListening();
	const { exitCode, text } = await ask();
	await checked.masakari.listenAgain();
	assert.equal(exitCode, 2);
	assert.match(
		text,
		/^critical: 1 critical, 0 warning\ncritical: Masakari: GET \S+\/v1\/segments: connection refused$/,
	);
});

test('a recovered host is listed once it is back, until its maintenance is cleared', async () => {
	const { masakari } = checked;
	checked.configure({ agent_probe: false });
	await checked.kill('compute-2', 'storage');
	await checked.until(1, /^warning: compute-2: recovery \w+ by Masakari \(\S+\)$/m);
	const [row] = masakari.notifications;
	await masakari.waitFor(() => row?.host.onMaintenance && row.status === 'finished', 60_000);
	assert.deepEqual(await ask(), well, 'it is down: its recovery is no news');

	await checked.revive('compute-2', 'storage');
	await checked.until(0, /^2 hosts on 2 networks$/);
	const { exitCode, text } = await ask();
	assert.equal(exitCode, 1);
	const since = `${new Date(row?.generatedAt ?? 0).toISOString().slice(0, 19)}Z`;
	assert.equal(
		text,
		'warning: 0 critical, 1 warning\n' +
			`warning: compute-2: up, but on maintenance since its recovery of ${since}, nobody evacuates it next time: ` +
			"openstack segment host update --on_maintenance False 'rack 2' compute-2",
	);
	masakari.clearMaintenance('compute-2');
	assert.deepEqual(await ask(), well);
});

test('a host of a segment that Consul loses on one network warns with its name', async () => {
	await checked.cloud.host('compute-1').agent('storage').kill();
	await checked.cloud.leader('storage').then(async (leader) => {
		await leader.agent('storage').consul('force-leave', '-prune', 'compute-1');
	});
	const line =
		/^warning: compute-1: in segment compute, and not seen on storage: start its agent there$/m;
	await checked.until(1, line, 'masakari');
});
