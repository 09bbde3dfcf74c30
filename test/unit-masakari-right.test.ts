import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { decideRight } from '../handlers/lib/decide/masakari-right.ts';
import { openMasakari } from '../handlers/lib/io/masakari.ts';
import { faultAnswer } from '../scripts/lib/masakari-answers.ts';
import { startMasakariApi } from '../scripts/lib/masakari-api.ts';
import type { Authenticate } from '../scripts/lib/masakari-server.ts';

const { signal } = new AbortController();
const limits = { signal, getTimeoutMs: 60_000, connectTimeoutMs: 60_000 };

/** A Masakari that admits like this, asked by a client whose first token is `t1`, the next `t2`. */
async function asking(t: TestContext, authenticate: Authenticate) {
	const api = await startMasakariApi({ hosts: ['n1'], authenticate });
	t.after(api.close);
	const renewed: boolean[] = [];
	const auth = async (renew: boolean) => {
		renewed.push(renew);
		return { endpoint: api.url, headers: { 'X-Auth-Token': `t${renewed.length}` } };
	};
	return {
		api,
		renewed,
		masakari: openMasakari({ auth: 'keystone', cloud: 'c' }, { ...limits, auth }),
	};
}

const noToken = {
	status: 401,
	headers: { 'content-type': 'application/json' },
	body: '{"error": {"code": 401, "title": "Unauthorized", "message": "No token."}}',
};

test('who may notify is told so, and nothing is made', async (t) => {
	const { api, masakari } = await asking(t, () => ({ project: 'p' }));
	assert.deepEqual(await masakari.mayNotify(Date.now), { ok: true });
	const [call] = api.calls;
	assert.equal(call?.status, 400);
	assert.equal(call.headers['user-agent'], 'hostmonitor-check');
	assert.equal(call.headers['openstack-api-version'], 'instance-ha 1.0');
	assert.deepEqual(api.notifications, []);
});

test('who may read and not notify is refused by name of the rule', async (t) => {
	const forbidden = ['notifications:create'];
	const { masakari } = await asking(t, () => ({ project: 'p', forbidden }));
	assert.deepEqual(await masakari.mayNotify(Date.now), {
		...{ ok: false, status: 403 },
		error: "403 Policy doesn't allow os_masakari_api:notifications:create to be performed.",
	});
	assert.equal((await masakari.readFacts(Date.now)).ok, true);
});

test('who may not read notifications cannot read the facts', async (t) => {
	const forbidden = ['notifications:index'];
	const { masakari } = await asking(t, () => ({ project: 'p', forbidden }));
	assert.deepEqual(await masakari.readFacts(Date.now), {
		ok: false,
		error:
			"GET /notifications: 403 Policy doesn't allow os_masakari_api:notifications:index to be performed.",
	});
});

test('access rules that leave out the POST are found, after a new token was tried', async (t) => {
	const { renewed, masakari } = await asking(t, ({ method }) =>
		method === 'POST' ? noToken : { project: 'p' },
	);
	const expected = { ok: false, status: 401, error: '401 No token.' };
	assert.deepEqual(await masakari.mayNotify(Date.now), expected);
	assert.deepEqual(renewed, [false, true]);
});

test('a token that has run out is renewed once', async (t) => {
	const { renewed, masakari } = await asking(t, ({ headers }) =>
		headers['x-auth-token'] === 't2' ? { project: 'p' } : noToken,
	);
	assert.deepEqual(await masakari.mayNotify(Date.now), { ok: true });
	assert.deepEqual(renewed, [false, true]);
});

test('nobody there, and no token to be had, are no status but a reason', async () => {
	const nobody = openMasakari({ auth: 'none', endpoint: 'http://127.0.0.1:1/v1', tls: {} }, limits);
	const error = 'POST 127.0.0.1:1/v1/notifications: connection refused';
	assert.deepEqual(await nobody.mayNotify(Date.now), { ok: false, error });
	const auth = () => Promise.reject(new Error('Keystone says no'));
	const none = openMasakari({ auth: 'keystone', cloud: 'c' }, { ...limits, auth });
	assert.deepEqual(await none.mayNotify(Date.now), { ok: false, error: 'Keystone says no' });
});

test('no fault of a test meets the question', async (t) => {
	const { api, masakari } = await asking(t, () => ({ project: 'p' }));
	const fault = api.fault({ at: 'arrival', act: 'reset' });
	assert.deepEqual(await masakari.mayNotify(Date.now), { ok: true });
	assert.deepEqual(fault.met, []);
});

const host = 'Host with name -.hostmonitor-check.- could not be found.';
const proofs: readonly { name: string; status: number; text: string; ok: boolean }[] = [
	{ name: 'the words about the host', status: 400, text: host, ok: true },
	{ name: 'another 400', status: 400, text: "'x' is not a 'date-time'", ok: false },
	{ name: 'another host', status: 400, text: 'Host with name n1 could not be found.', ok: false },
	{ name: 'the same words with another status', status: 500, text: host, ok: false },
	{ name: 'a duplicate', status: 409, text: 'Notification is duplicate.', ok: false },
	{ name: 'an acceptance', status: 202, text: '', ok: false },
];
for (const { name, status, text, ok } of proofs) {
	test(`${name} ${ok ? 'proves' : 'does not prove'} the right`, () => {
		const json: unknown = JSON.parse(faultAnswer(status, text).body);
		assert.equal(decideRight({ status, statusText: '', json }).ok, ok);
	});
}
