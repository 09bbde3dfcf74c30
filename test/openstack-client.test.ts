/** The plugin set against the real services: each of them goes away in turn, and nothing is sent twice. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import { finalStatuses } from '../handlers/lib/decide/incident.ts';
import { eventually } from '../scripts/lib/eventually.ts';
import { REGION } from '../scripts/lib/openstack-config.ts';
import { heldBy } from './fixtures/held.ts';
import { patienceMs } from './fixtures/installed-cloud.ts';
import { notified } from './fixtures/notified.ts';
import { type OpenStackCloud, startOpenStackCloud } from './fixtures/openstack-cloud.ts';
import { addCredential } from './fixtures/openstack-tokens.ts';
import { send } from './fixtures/raw-request.ts';

const [noKeystone, noMasakari, hanging, unanswered] = [1, 2, 3, 4].map(
	(i) => `compute-${i}`,
) as Four;
type Four = [string, string, string, string];
let here: OpenStackCloud;
/** What the controllers have when the broker goes away. */
let ending: readonly string[] = [];

before(async () => {
	here = await startOpenStackCloud(4);
});
after(() => here?.close());

/** Masakari's rows of a host; what becomes of them is the engine's, which takes them up from there. */
async function uuidsOf(host: string): Promise<readonly (string | undefined)[]> {
	return (await here.rows(host)).map(([uuid]) => uuid);
}

/** What Keystone answers to a question about a token. */
async function aboutToken(method: 'GET' | 'DELETE', token: string): Promise<number> {
	const { authUrl, ...stack } = here.stack;
	const asking = method === 'DELETE' ? token : await stack.token('admin', 'admin');
	const headers = { 'x-auth-token': asking, 'x-subject-token': token };
	return (await send(`${authUrl}/auth/tokens`, { method, headers })).status;
}

/** New tokens for all controllers, which Masakari has seen. */
async function newTokens(cloudsFile?: string): Promise<readonly string[]> {
	const { cloud, askMasakari } = here;
	for (const { dir } of cloud.controllers) {
		rmSync(join(dir, 'cache'), { recursive: true, force: true });
	}
	const tokens = await askMasakari(cloudsFile);
	assert.equal(new Set(tokens).size, cloud.controllers.length, 'a token of its own for each');
	return tokens;
}

test('an application credential does what the password does', async () => {
	const { cloud, stack } = here;
	const { id, secret } = await addCredential(stack, 'hostmonitor');
	const { authUrl: auth_url } = stack;
	const auth = { auth_url, application_credential_id: id, application_credential_secret: secret };
	const monitor = { auth_type: 'v3applicationcredential', auth, region_name: REGION };
	const file = join(cloud.dir, 'credential.yaml');
	writeFileSync(file, stringify({ clouds: { monitor } }), { mode: 0o600 });
	await newTokens(file);
});

test('while Keystone is away the tokens that are kept deliver (I2)', async () => {
	const { cloud, stack } = here;
	await newTokens();
	await stack.service('keystone').stop();
	await cloud.host(noKeystone).kill();
	const { uuid, attempt } = await cloud.until('accepted', notified(noKeystone));
	await stack.service('keystone').start();
	// The recovery itself may fail: the engine needs Keystone, too.
	assert.deepEqual(await uuidsOf(noKeystone), [uuid]);
	assert.equal(attempt.number, 1);
});

test('Masakari away, and all tokens revoked meanwhile: sent once, with new ones (I2)', async () => {
	const { cloud, stack, finished, askMasakari } = here;
	const revoked = await newTokens();
	// What it knows of tokens goes with it.
	await stack.service('masakari-api').stop();
	await cloud.host(noMasakari).kill();
	await cloud.until('held', heldBy(noMasakari, 'masakari', /^Masakari does not answer/));
	for (const token of revoked) assert.equal(await aboutToken('DELETE', token), 204);
	await stack.service('masakari-api').start();
	assert.equal((await finished(noMasakari)).attempt.number, 1);
	for (const token of await askMasakari()) assert.ok(!revoked.includes(token), 'a new token');
});

test('without a broker the POST hangs, and its row is found and adopted (I2)', async () => {
	const { cloud, stack, setTokenSeconds } = here;
	await setTokenSeconds(65);
	ending = await newTokens();
	await stack.service('rabbitmq').stop();
	await cloud.host(hanging).kill();
	const { uuid, attempt } = await cloud.until('adopted', notified(hanging));
	assert.deepEqual(await uuidsOf(hanging), [uuid]);
	assert.equal(attempt.number, 1);
});

test('an API that dies between row and answer: the row is found and adopted (I2)', async () => {
	const { cloud, stack } = here;
	await cloud.host(unanswered).kill();
	const made = async () => (await uuidsOf(unanswered)).length > 0;
	await eventually(made, { timeoutMs: patienceMs, everyMs: 20, what: 'a row' });
	await stack.service('masakari-api').kill();
	await stack.service('masakari-api').start();
	const { uuid, attempt } = await cloud.until('adopted', notified(unanswered));
	assert.deepEqual(await uuidsOf(unanswered), [uuid]);
	assert.equal(attempt.number, 1);
});

test('both are followed to their end with new tokens when the broker is back (I2)', async () => {
	const { cloud, stack, finished } = here;
	for (const token of ending) {
		const ended = async () => (await aboutToken('GET', token)) === 404;
		await eventually(ended, { timeoutMs: patienceMs, what: 'the end of a token' });
	}
	await stack.service('rabbitmq').start();
	for (const host of [hanging, unanswered]) assert.equal((await finished(host)).attempt.number, 1);
	const { uuid } = await cloud.until(`the end of ${noKeystone}`, ({ incidents }) => {
		const { value } = incidents[noKeystone] ?? {};
		return value?.masakari_status && finalStatuses.includes(value.masakari_status) && value;
	});
	assert.deepEqual(await uuidsOf(noKeystone), [uuid], 'all this time it was one');
});
