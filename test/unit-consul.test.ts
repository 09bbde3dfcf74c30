import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptySnapshot } from '../handlers/lib/decide/snapshot.ts';
import { openKv } from '../handlers/lib/io/consul-kv.ts';
import { readNetwork } from '../handlers/lib/io/consul-network.ts';
import { type Said, sayingConsul } from './fixtures/consul.ts';
import { settings } from './fixtures/world.ts';

const checks = ['c1', 'n1'].map((Node) => ({ Node, CheckID: 'serfHealth', Status: 'critical' }));
const members = ['c1', 'n1'].map((Name) => {
	return { Name, Addr: '10.0.0.9', Port: 8301, Status: 4, Tags: { role: 'node' } };
});

/** An agent that shows n1 down, but for what it says of the catalog or of its gossip instead. */
function agent(catalog: Said = {}, gossip: Said = {}) {
	return sayingConsul(({ path }) =>
		path.startsWith('/v1/agent/members')
			? { json: members, ...gossip }
			: { json: checks, ...catalog },
	);
}

const read = ({ consul }: ReturnType<typeof agent>) =>
	readNetwork(consul, 'c1', 'storage', settings, emptySnapshot);

test('the catalog is read as its leader confirms it, gossip as the same agent has it (I1)', async () => {
	const asked = agent();
	const reading = await read(asked);
	assert.equal(reading.ok && reading.nodes.get('n1')?.health, 'down', 'both say so');
	const [catalog, gossip, ...more] = asked.calls.map(({ path }) => new URL(path, 'http://agent'));
	assert.equal(catalog?.pathname, '/v1/health/state/any', 'where the catalog is');
	assert.equal(catalog?.searchParams.get('consistent'), '', 'confirmed by the leader');
	assert.equal(gossip?.pathname, '/v1/agent/members', 'where gossip is');
	assert.deepEqual(more, [], 'nothing else is asked');
});

const filtered = { headers: { 'x-consul-results-filtered-by-acls': 'true' } };
const broken: readonly { name: string; given: ReturnType<typeof agent> }[] = [
	{ name: 'the catalog has no leader', given: agent({ status: 500 }) },
	{ name: 'gossip is refused', given: agent({}, { status: 403 }) },
	{ name: 'an ACL left nodes out of the catalog', given: agent(filtered) },
	{ name: 'an ACL left members out', given: agent({}, filtered) },
	{ name: 'the agent itself is not in the catalog', given: agent({ json: checks.slice(1) }) },
	{ name: 'the agent itself is no member', given: agent({}, { json: members.slice(1) }) },
	{ name: 'the catalog is no list', given: agent({ json: { Node: 'n1' } }) },
];
for (const { name, given } of broken) {
	test(`a network is unreadable as a whole where ${name} (I5, I8)`, async () => {
		assert.equal((await read(given)).ok, false, 'nobody on it is down');
	});
}

/** A KV at this prefix, and the one call that came of what was done with it. */
async function called(action: (kv: ReturnType<typeof openKv>) => Promise<unknown>, said: Said) {
	const { consul, calls } = sayingConsul(() => said);
	await action(openKv(consul, 'hostmonitor'));
	const [call = assert.fail('nothing was asked')] = calls;
	return call;
}

test('KV is read as its leader confirms it, all of it and key by key (I1)', async () => {
	const all = await called((kv) => kv.readAll(), { json: [] });
	const one = await called((kv) => kv.read('hosts/n1'), { json: [] });
	assert.equal(all.path, '/v1/kv/hostmonitor/?recurse&consistent', 'all of it');
	assert.equal(one.path, '/v1/kv/hostmonitor/hosts/n1?consistent', 'one key');
});

test('what is written over a value names the index of that value (I2)', async () => {
	const put = await called((kv) => kv.putCas('hosts/n1', '{}', 7), { json: true });
	const gone = await called((kv) => kv.deleteCas('hosts/n1', 7), { json: true });
	assert.equal(put.path, '/v1/kv/hostmonitor/hosts/n1?cas=7', 'a write');
	assert.equal(gone.path, '/v1/kv/hostmonitor/hosts/n1?cas=7', 'a deletion');
});

test('a session outlives flapping gossip, and the next holder need not wait for the last', async () => {
	const terms = { name: 'lock', ttlSeconds: 10, behavior: 'delete' } as const;
	const { path, body = '' } = await called((kv) => kv.createSession(terms), { json: { ID: 's' } });
	assert.equal(path, '/v1/session/create', 'where sessions are made');
	const said = { Name: 'lock', TTL: '10s', Behavior: 'delete', LockDelay: '0s', NodeChecks: [] };
	assert.deepEqual(JSON.parse(body), said, 'no lock-delay, no node checks');
});

test('a transaction says every verb, index, session and value as it was given (I2)', async () => {
	const { body = '' } = await called(
		(kv) =>
			kv.transact([
				{ verb: 'check-session', key: 'lock', session: 's' },
				{ verb: 'cas', key: 'hosts/n1', value: '{}', index: 0 },
				{ verb: 'check-not-exists', key: 'paused' },
			]),
		{ json: { Results: [], Errors: null } },
	);
	assert.deepEqual(JSON.parse(body), [
		{ KV: { Verb: 'check-session', Key: 'hostmonitor/lock', Session: 's' } },
		{ KV: { Verb: 'cas', Key: 'hostmonitor/hosts/n1', Index: 0, Value: 'e30=' } },
		{ KV: { Verb: 'check-not-exists', Key: 'hostmonitor/paused' } },
	]);
});

test('a transaction that was rolled back is no commit (I2)', async () => {
	const Errors = [{ OpIndex: 0, What: 'lock is not held' }];
	const { consul } = sayingConsul(() => ({ status: 409, json: { Results: null, Errors } }));
	const committed = await openKv(consul, 'hostmonitor').transact([]);
	assert.deepEqual(committed, { ok: false, error: 'lock is not held' });
});

test('a value that Consul does not take is called too large, not an agent that is silent', async () => {
	const put = called((kv) => kv.putCas('controllers/c1', 'x'.repeat(600_000), 7), { status: 413 });
	await assert.rejects(put, {
		code: 'PARTLY',
		message: 'hostmonitor/controllers/c1: 600000 bytes are more than Consul takes in one value',
	});
});
