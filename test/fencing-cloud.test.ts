/**
 * Real Consul, the real fence_ipmilan, a BMC for each host: what is fenced and told, and what is not. A
 * host's death is its agents'; its power is what its BMC says.
 */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { consulGet } from '../scripts/lib/consul-api.ts';
import { runBundle } from './bundle.ts';
import { type Bmc, password, startBmc, writeFencing } from './fixtures/bmc.ts';
import { type InstalledCloud, liveHub, startInstalled } from './fixtures/installed-cloud.ts';
import { assertOne, notified, postsOf, rowsOf } from './fixtures/notified.ts';
import { openHubKv } from './hub-kv.ts';

const [plain, denied, byHand, stuck] = [
	'compute-1',
	'compute-2',
	'compute-3',
	'compute-4',
] as const;
const [away, hanging] = ['compute-5', 'compute-6'] as const;
const hosts = [plain, denied, byHand, stuck, away, hanging];
const bmcs = new Map<string, Bmc>();
let cloud: InstalledCloud;
let dir: string;
let file: string;

const bmcOf = (host: string): Bmc => bmcs.get(host) ?? assert.fail(host);

before(async () => {
	dir = mkdtempSync(join(tmpdir(), 'hostmonitor-fencing-'));
	file = join(dir, 'fencing.yaml');
	for (const host of hosts) bmcs.set(host, await startBmc());
	const options = Object.fromEntries([...bmcs].map(([host, bmc]) => [host, bmc.options]));
	writeFencing(file, { ...options, [denied]: { ...options[denied], password: `not ${password}` } });
	cloud = await startInstalled(
		{ computes: hosts.length },
		{
			storm: { max_hosts: 100, max_fraction: 1 },
			fencing: { mode: 'off', file, timeout: '10s' },
		},
	);
});
after(async () => {
	await cloud?.close();
	for (const bmc of bmcs.values()) await bmc.close();
	rmSync(dir, { recursive: true, force: true });
});

test('checks/fencing names the one BMC that does not answer, and no password (I7)', async () => {
	const [{ dir: where } = assert.fail('a controller')] = cloud.controllers;
	const config = join(where, 'hostmonitor.yaml');
	const { exitCode, stdout, all } = await runBundle('checks/fencing', ['--config', config], '');
	assert.equal(exitCode, 2, all);
	assert.equal(
		stdout,
		`critical: 1 critical, 0 warning\ncritical: ${denied}: fence_ipmilan exited with 1`,
	);
	const { http } = cloud.controllers[0]?.agent(cloud.hub) ?? assert.fail('an agent');
	const checks = (await consulGet(http, '/v1/agent/checks')) as Record<string, unknown>;
	assert.ok('hostmonitor-fencing' in checks, 'it is registered');
});

test('a file that others can read is not used, and the check says so (I7)', async () => {
	const [{ dir: where } = assert.fail('a controller')] = cloud.controllers;
	chmodSync(file, 0o640);
	const { exitCode, stdout } = await runBundle(
		'checks/fencing',
		['--config', join(where, 'hostmonitor.yaml')],
		'',
	);
	chmodSync(file, 0o600);
	assert.equal(exitCode, 3, stdout);
	assert.match(stdout, /^fencing: cannot tell\n.*fencing\.yaml: has mode 0640, expected 0600/);
});

test('a dead host is powered off, proven off, and told once (I2)', async () => {
	await cloud.host(plain).kill();
	const incident = await cloud.until(`${plain} told`, notified(plain));
	assertOne(cloud.masakari, plain, incident);
	assert.equal(postsOf(cloud.masakari, plain).length, 1);
	assert.deepEqual([bmcOf(plain).power(), bmcOf(plain).offs()], ['off', 1]);
	const { fencing, attempt } = incident;
	assert.ok((fencing?.readings ?? 0) >= 3, 'three readings');
	assert.ok((fencing?.proven_at ?? Infinity) <= attempt.committed_at, 'proven before it was told');
});

test('a wrong password, and off that stays on: nobody is told, and the check says why', async () => {
	bmcOf(stuck).stick(true);
	await Promise.all([cloud.host(denied).kill(), cloud.host(stuck).kill()]);
	for (const host of [denied, stuck]) {
		await cloud.until(`${host} is tried again`, ({ incidents }) => {
			const { fencing, state } = incidents[host]?.value ?? {};
			return state === 'fencing' && (fencing?.failures ?? 0) >= 2;
		});
	}
	const [controller = assert.fail('a controller')] = cloud.controllers;
	await cloud.says(
		controller,
		new RegExp(`^critical: ${denied}: not notified yet, not proven off, .*exited with 1$`, 'm'),
		new RegExp(`^critical: ${stuck}: not notified yet, not proven off, `, 'm'),
	);
	assert.deepEqual([bmcOf(denied).power(), bmcOf(denied).offs()], ['on', 0]);
	for (const host of [denied, stuck]) {
		assert.deepEqual(postsOf(cloud.masakari, host), [], `${host} was told`);
	}
});

test('off that worked in the end is told', async () => {
	bmcOf(stuck).stick(false);
	const incident = await cloud.until(`${stuck} told`, notified(stuck));
	assertOne(cloud.masakari, stuck, incident);
	assert.equal(bmcOf(stuck).power(), 'off');
	assert.deepEqual(rowsOf(cloud.masakari, denied), []);
});

test('a BMC that is away, and one that hangs: nobody is told, and the check says why (I1)', async () => {
	await bmcOf(away).close();
	bmcOf(hanging).pause();
	await Promise.all([cloud.host(away).kill(), cloud.host(hanging).kill()]);
	for (const host of [away, hanging]) {
		await cloud.until(`${host} is tried again`, ({ incidents }) => {
			const { fencing, state } = incidents[host]?.value ?? {};
			return state === 'fencing' && (fencing?.failures ?? 0) >= 2;
		});
	}
	const [controller = assert.fail('a controller')] = cloud.controllers;
	const failed = 'fence_ipmilan (exited with 1|did not end within 10 s)$';
	await cloud.says(
		controller,
		new RegExp(`^critical: ${away}: not notified yet, not proven off, .*${failed}`, 'm'),
		new RegExp(`^critical: ${hanging}: not notified yet, not proven off, .*${failed}`, 'm'),
	);
	for (const host of [away, hanging]) {
		assert.deepEqual(postsOf(cloud.masakari, host), [], `${host} was told`);
	}
	assert.equal(bmcOf(hanging).power(), 'on');
});

test('a fenced host powered on by hand while Masakari is away is not told (I1)', async () => {
	const { masakari } = cloud;
	await cloud.host(byHand).kill();
	await cloud.until('powered off', ({ incidents }) => {
		return (incidents[byHand]?.value.fencing?.offs ?? 0) > 0;
	});
	await masakari.stopListening();
	await cloud.until('proven off', ({ incidents }) => incidents[byHand]?.value.fencing?.proven_at);
	bmcOf(byHand).setPower('on');
	await masakari.listenAgain();
	// Masakari is there, and the networks still call it down: only its BMC speaks against the proof.
	await cloud.until('its BMC says on', ({ incidents }) => {
		return incidents[byHand]?.value.fencing?.error === 'its BMC says on';
	});
	assert.deepEqual(postsOf(masakari, byHand), []);
	// However slowly its agents start, its power is not taken from it a second time.
	const kv = openHubKv(liveHub(cloud));
	const word = { version: 1, who: 'ann', why: 'powered on by hand', at: Date.now() };
	await kv.put(`maintenance/${byHand}`, JSON.stringify(word));
	await cloud.host(byHand).start();
	await cloud.until('up again', ({ snapshots }) =>
		Object.values(snapshots).every(({ value }) => !value.down.includes(byHand)),
	);
	await kv.remove(`maintenance/${byHand}`);
	await cloud.until('closed', ({ incidents }) => incidents[byHand] === undefined);
	assert.deepEqual(postsOf(masakari, byHand), []);
	assert.deepEqual([bmcOf(byHand).power(), bmcOf(byHand).offs()], ['on', 1]);
});

test('no value of an option is in KV (I7)', async () => {
	const response = await fetch(`${liveHub(cloud)}/v1/kv/?recurse`);
	const entries = (await response.json()) as { Value: string | null }[];
	const values = entries.map(({ Value }) => Buffer.from(Value ?? '', 'base64').toString());
	assert.ok(values.length > 0, 'KV is not empty');
	assert.ok(!values.some((value) => value.includes(password)), 'a password is in KV');
});
