import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { decideNotification } from '../handlers/lib/decide/notification.ts';
import { authorizeBy } from '../handlers/lib/io/authorize.ts';
import { type Masakari, openMasakari } from '../handlers/lib/io/masakari.ts';
import type { Config } from '../handlers/lib/schema/config.ts';
import { type MasakariApi, startMasakariApi } from '../scripts/lib/masakari-api.ts';
import { directory, put, secret } from './fixtures/clouds.ts';
import { type Keystone, startKeystone } from './fixtures/keystone.ts';
import { settings } from './fixtures/world.ts';

const generated = '2026-11-22T12:50:18Z';
const stopped = decideNotification('n1', 'STOPPED', generated, 'NORMAL');

/** A Keystone and a Masakari that asks it, and runs of one controller, each a process of its own. */
interface Scene {
	readonly keystone: Keystone;
	readonly api: MasakariApi;
	readonly clock: { now: number };
	run(): Masakari;
}

let scenes = 0;
async function open(t: TestContext): Promise<Scene> {
	const clock = { now: Date.parse('2026-11-22T12:50:20Z') };
	const now = () => clock.now;
	// The catalog is read when the first token is given; where Masakari is, is known by then.
	const keystone = await startKeystone(t, undefined, now);
	const { authenticate } = keystone;
	const api = await startMasakariApi({ hosts: ['n1'], now, authenticate });
	t.after(api.close);
	const bare = api.url.replace(/\/v1$/, '');
	keystone.catalog = [
		{ type: 'instance-ha', endpoints: [{ interface: 'public', region: 'R1', url: bare }] },
	];
	const auth = `auth_url: "${keystone.url}", username: m, password: ${secret}, project_id: p-1, domain_id: d`;
	const file = put(`outage-${scenes}.yaml`, `clouds:\n  monitor: { auth: { ${auth} } }\n`);
	const config: Config = {
		...{ file: '/x.yaml', kvPrefix: 'hm', networks: {}, settings, digest: '' },
		masakari: { auth: 'keystone', cloud: 'monitor' },
		cacheDir: join(directory, `outage-${scenes++}`),
	};
	const env = { HOME: directory, OS_CLIENT_CONFIG_FILE: file };
	const { signal } = new AbortController();
	return {
		...{ keystone, api, clock },
		run: () =>
			openMasakari(config.masakari, { signal, auth: authorizeBy(config, env, { signal, now }) }),
	};
}

/** What one POST of the same notification comes to. */
async function post(masakari: Masakari): Promise<string> {
	const connection = await masakari.connect();
	return connection.ok ? (await connection.post(stopped)).kind : connection.error;
}

test('runs one after the other notify, look up and follow with one token', async (t) => {
	const { keystone, api, run, clock } = await open(t);
	const facts = await run().readFacts(() => clock.now);
	assert.ok(facts.ok);
	assert.equal(await post(run()), 'accepted');
	const found = await run().lookUp(facts.hosts.get('n1')?.uuid, generated);
	assert.deepEqual(found.ok && found.rows.map(({ uuid }) => uuid), [api.notifications[0]?.uuid]);
	assert.equal(keystone.asked.length, 1);
});

test('a token that ends in the middle of an outage is renewed before it is used', async (t) => {
	const { keystone, api, run, clock } = await open(t);
	assert.ok((await run().readFacts(() => clock.now)).ok);
	clock.now += 3_600_000;
	assert.equal(await post(run()), 'accepted');
	assert.equal(keystone.asked.length, 2);
	assert.ok(api.calls.every(({ status }) => status !== 401));
});

test('a token that is revoked in the middle of an outage costs a read nothing', async (t) => {
	const { keystone, run, clock } = await open(t);
	const masakari = run();
	assert.ok((await masakari.readFacts(() => clock.now)).ok);
	keystone.revoke('t1');
	assert.ok((await masakari.readFacts(() => clock.now)).ok);
	assert.equal(keystone.asked.length, 2);
});

for (const next of ['the same', 'another'] as const) {
	test(`a POST whose token is refused is accepted when it is sent again by ${next} process`, async (t) => {
		const { keystone, api, run } = await open(t);
		const first = run();
		const connection = await first.connect();
		keystone.revoke('t1');
		assert.ok(connection.ok);
		assert.equal((await connection.post(stopped)).kind, 'refused');
		assert.equal(api.notifications.length, 0);
		assert.equal(await post(next === 'another' ? run() : first), 'accepted');
		assert.equal(api.notifications.length, 1);
		assert.equal(keystone.asked.length, 2);
	});
}

test('with Keystone away and Masakari up, the token that is kept serves', async (t) => {
	const { keystone, run, clock } = await open(t);
	assert.ok((await run().readFacts(() => clock.now)).ok);
	keystone.instead = { status: 503, raw: '<html>' };
	assert.equal(await post(run()), 'accepted');
});

test('with Keystone away and no token, nothing is sent, and the reason names Keystone', async (t) => {
	const { keystone, api, run, clock } = await open(t);
	keystone.instead = { status: 503, raw: '<html>' };
	const error = `Keystone ${new URL(keystone.url).host}: gives no token: 503 Service Unavailable`;
	assert.deepEqual(await run().readFacts(() => clock.now), { ok: false, error });
	assert.equal(await post(run()), error);
	assert.equal(api.calls.length, 0);
});

test('with Masakari away and Keystone up, the token waits for it', async (t) => {
	const { keystone, api, run, clock } = await open(t);
	await api.stopListening();
	assert.equal((await run().readFacts(() => clock.now)).ok, false);
	await api.listenAgain();
	assert.equal(await post(run()), 'accepted');
	assert.equal(keystone.asked.length, 1);
});

test('a token that Masakari never takes is an error after one renewal, and no loop', async (t) => {
	const { keystone, api, run } = await open(t);
	const times = Number.POSITIVE_INFINITY;
	api.fault({ at: 'before', act: { status: 401, body: '' }, method: 'GET', times });
	const error = 'GET /notifications/n-1: 401 Unauthorized';
	assert.deepEqual(await run().readStatus('n-1'), { ok: false, error });
	assert.equal(keystone.asked.length, 2);
});
