import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writePlugins } from '../scripts/lib/cloud-plugins.ts';
import { eventually } from '../scripts/lib/eventually.ts';
import { type MasakariApi, startMasakariApi } from '../scripts/lib/masakari-api.ts';
import { type AclCloud, networks, startAclCloud } from './acl-cloud.ts';
import { type AclRuns, openAclRuns } from './acl-runs.ts';
import { lineOf } from './bundle.ts';

let cloud: AclCloud;
let masakari: MasakariApi;
let runs: AclRuns;

before(async () => {
	masakari = await startMasakariApi({ hosts: ['compute-1'] });
	cloud = await startAclCloud();
	runs = await openAclRuns(cloud, masakari.url);
});
after(async () => {
	await cloud?.close();
	await masakari?.close();
});

for (const network of networks) {
	test(`snapshot-network reads ${network} with exactly the policies of consul.d`, async () => {
		lineOf(await runs.look(runs.good, network), 0);
		const found = await runs.kv.get(`networks/${network}`);
		assert.deepEqual(JSON.parse(found?.text ?? '').up, ['compute-1']);
	});
}

test('the check passes with exactly the policies of consul.d', async () => {
	const { exitCode, stdout } = await runs.run('checks/pipeline', runs.good);
	assert.equal(exitCode, 0, stdout);
	assert.match(stdout, /^1 hosts on 2 networks$/);
});

test('aggregate-hosts notifies with exactly the policies of consul.d', async () => {
	await cloud.compute.agent('storage').kill();
	await eventually(async () => {
		await runs.look(runs.good, 'storage');
		return (await runs.kv.get('networks/storage'))?.text.includes('"down":["compute-1"]');
	});
	const running = runs.run('handlers/aggregate-hosts', runs.good);
	// It waits for its confirmation now: a token would be among its arguments.
	await eventually(() => runs.kv.get('controllers/controller-1'));
	await runs.findNoToken();
	const ended = await running;
	assert.equal(ended.exitCode, 0, ended.all);
	assert.match(ended.stderr, /notified compute-1/);
	assert.equal(masakari.notifications.length, 1);
});

test('the check closes an incident with exactly the policies of consul.d', async () => {
	await cloud.compute.agent('storage').start();
	await eventually(async () => {
		assert.notEqual((await runs.run('checks/pipeline', runs.good)).exitCode, 3);
		return (await runs.kv.get('hosts/compute-1')) === undefined;
	});
	const history = (await runs.kv.all()).filter(({ key }) => key.startsWith('history/'));
	assert.equal(history.length, 1);
});

test('an agent whose default token is of the policy runs watches and check', async () => {
	const { controller, asRoot, secrets, token } = cloud;
	const { good, kv, settings } = runs;
	const agent = await token('management', 'node "controller-1" { policy = "write" }');
	const tokens = { agent, default: readFileSync(good.management, 'utf8') };
	const { configDir } = controller.agent('management');
	await kv.clear();
	writePlugins(controller, networks, { settings: settings(good) });
	for (const file of readdirSync(configDir)) {
		const text = readFileSync(join(configDir, file), 'utf8');
		for (const secret of secrets) assert.ok(!text.includes(secret), file);
	}
	writeFileSync(join(configDir, 'tokens.json'), JSON.stringify({ acl: { tokens } }));
	await asRoot('management', 'PUT', '/v1/agent/reload');
	await eventually(async () => {
		const checks = await asRoot('management', 'GET', '/v1/health/checks/hostmonitor');
		return /"Status":"passing"/.test(JSON.stringify(checks));
	});
	assert.ok(await kv.get('networks/management'), 'its watch or its check has written');
});

test('no token is in KV, in a log, in an output or in an argument list (I7)', () =>
	runs.findNoToken());
