import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMasakari } from '../handlers/lib/io/masakari.ts';
import { type Answer, serveJson } from './json-server.ts';

const { signal } = new AbortController();
const now = () => Date.parse('2026-11-22T13:00:00.400Z');
const open = (endpoint: string) =>
	openMasakari(
		{ auth: 'none', endpoint, tls: {} },
		{ signal, getTimeoutMs: 60_000, connectTimeoutMs: 60_000 },
	);

const segments = [
	{ id: 1, uuid: 's-1', name: 'az1', enabled: true, recovery_method: 'auto' },
	{ id: 2, uuid: 's-2', name: 'az2', enabled: false },
	{ id: 3, uuid: 's-3', name: 'old' },
];
const host = (id: number, name: string, on_maintenance = false) => ({
	...{ id, uuid: `h-${id}`, name, on_maintenance, type: 'COMPUTE' },
});
const row = (id: number, time: string, payload: unknown) => ({
	...{ id, notification_uuid: `n-${id}`, source_host_uuid: 'h-1', type: 'COMPUTE_HOST' },
	...{ generated_time: time, payload, status: 'running' },
});
const stopped = { event: 'STOPPED', cluster_status: 'OFFLINE', host_status: 'NORMAL' };

/** A Masakari of three segments, two hosts and these rows, and some that its engine has yet to take. */
function masakari(rows: unknown[] = [], waiting: unknown[] = []): (url: URL) => Answer {
	return ({ pathname, searchParams }) => {
		const hosts =
			pathname === '/v1/segments/s-1/hosts' ? [host(1, 'Node-1'), host(2, 'n2', true)] : [];
		if (pathname === '/v1/segments') return { json: { segments } };
		if (pathname.endsWith('/hosts')) return { json: { hosts } };
		const isAsked = searchParams.get('status') === 'new';
		return { json: { notifications: isAsked ? waiting : rows } };
	};
}

test('the facts are all segments, all hosts and the last hour of host notifications', async (t) => {
	const server = await serveJson(
		t,
		masakari([
			row(1, '2026-11-22T12:10:00.000000', stopped),
			row(3, '2026-11-22T12:30:00.999999+00:00', { event: 'STARTED' }),
			row(2, '2026-11-22T14:20:00+0200', { event: 'EXPLODED', host_status: 7 }),
			row(4, '2026-11-22 12:00:00', null),
		]),
	);
	const facts = await open(server.endpoint).readFacts(now);
	assert.ok(facts.ok);
	const [az1] = ['az1'].map((segment) => ({ segment, segment_enabled: true }));
	assert.deepEqual(
		[...facts.hosts],
		[
			['node-1', { uuid: 'h-1', name: 'Node-1', on_maintenance: false, ...az1 }],
			['n2', { uuid: 'h-2', name: 'n2', on_maintenance: true, ...az1 }],
		],
	);
	const rows = facts.rows.map((r) => [r.uuid, r.generated_time, r.event, r.host_status, r.status]);
	assert.deepEqual(rows, [
		['n-3', '2026-11-22T12:30:00Z', 'STARTED', null, 'running'],
		['n-2', '2026-11-22T12:20:00Z', null, null, 'running'],
		['n-1', '2026-11-22T12:10:00Z', 'STOPPED', 'NORMAL', 'running'],
		['n-4', '2026-11-22T12:00:00Z', null, null, 'running'],
	]);
	const paths = server.asked.map(({ url }) => url.pathname);
	const expected = ['s-1', 's-2', 's-3'].map((uuid) => `/v1/segments/${uuid}/hosts`);
	assert.equal(paths[0], '/v1/segments');
	const lists = ['/v1/notifications', '/v1/notifications'];
	assert.deepEqual(paths.slice(1).sort(), [...lists, ...expected]);
	const queries = server.asked
		.filter(({ url }) => url.pathname === '/v1/notifications')
		.map(({ url }) => Object.fromEntries(url.searchParams));
	const every = { type: 'COMPUTE_HOST', limit: '1000' };
	assert.deepEqual(queries, [
		{ ...every, 'generated-since': '2026-11-22T12:00:00Z' },
		{ ...every, status: 'new' },
	]);
	for (const { headers } of server.asked) {
		assert.equal(headers['openstack-api-version'], 'instance-ha 1.0');
		assert.equal(headers['accept'], 'application/json');
	}
});

test('a notification that the engine has yet to take is among them, however old, and each once (I2)', async (t) => {
	const recent = row(2, '2026-11-22T12:30:00', stopped);
	const waiting = { ...row(1, '2026-11-21T12:30:00', stopped), status: 'new' };
	const { endpoint } = await serveJson(
		t,
		masakari([recent], [{ ...recent, status: 'new' }, waiting]),
	);
	const facts = await open(endpoint).readFacts(now);
	const rows = facts.ok && facts.rows.map(({ uuid, status }) => [uuid, status]);
	assert.deepEqual(rows, [
		['n-2', 'running'],
		['n-1', 'new'],
	]);
});

test('a disabled segment disables its hosts, and one without the switch is enabled', async (t) => {
	const { endpoint } = await serveJson(t, ({ pathname }) => {
		const [, segment] = /s-(\d)\/hosts/.exec(pathname) ?? [];
		if (segment === undefined) return masakari()(new URL(`http://test${pathname}`));
		return { json: { hosts: [host(Number(segment), `n${segment}`)] } };
	});
	const facts = await open(endpoint).readFacts(now);
	const enabled = facts.ok && [...facts.hosts.values()].map((h) => [h.segment, h.segment_enabled]);
	assert.deepEqual(enabled, [
		['az1', true],
		['az2', false],
		['old', true],
	]);
});

test('a list is read page by page, by id, even where Masakari cuts pages short', async (t) => {
	const all = Array.from({ length: 65 }, (_, i) => host(100 - i, `n${100 - i}`));
	const server = await serveJson(t, (url) => {
		if (!url.pathname.endsWith('s-1/hosts')) return masakari()(url);
		const marker = Number(url.searchParams.get('marker') ?? 1000);
		return { json: { hosts: all.filter(({ id }) => id < marker).slice(0, 30) } };
	});
	const facts = await open(server.endpoint).readFacts(now);
	assert.equal(facts.ok && facts.hosts.size, 65);
	const pages = server.asked.filter(({ url }) => url.pathname.endsWith('s-1/hosts'));
	assert.deepEqual(
		pages.map(({ url }) => url.search),
		['?limit=1000', '?limit=1000&marker=71', '?limit=1000&marker=41'],
	);
});

test('a list without end is an error', async (t) => {
	const endless = Array.from({ length: 20 }, (_, i) => row(i, '2026-11-22T12:10:00', stopped));
	const server = await serveJson(t, masakari(endless));
	const facts = await open(server.endpoint).readFacts(now);
	assert.deepEqual(facts, { ok: false, error: 'GET /notifications: over 50 pages' });
});

test('no more than eight requests are in flight', async (t) => {
	const many = Array.from({ length: 30 }, (_, i) => ({ id: i, uuid: `s-${i}`, name: `az${i}` }));
	const server = await serveJson(t, (url) => {
		if (url.pathname === '/v1/segments' && url.searchParams.has('marker')) {
			return { json: { segments: [] } };
		}
		return url.pathname === '/v1/segments' ? { json: { segments: many } } : masakari()(url);
	});
	assert.ok((await open(server.endpoint).readFacts(now)).ok);
	assert.equal(server.asked.length, 2 + 30 + 2);
	assert.ok(server.mostAtOnce() <= 8);
});

test('the clock is the newest Date, and the smallest difference', async (t) => {
	const dates = ['12:59:57', '12:59:58', '12:59:59', '12:59:59', '12:59:59', '12:59:59'];
	const { endpoint } = await serveJson(t, (url) => ({
		...masakari()(url),
		headers: { Date: `Sun, 22 Nov 2026 ${dates.shift()} GMT` },
	}));
	const facts = await open(endpoint).readFacts(now);
	assert.ok(facts.ok);
	assert.equal(new Date(facts.date).toISOString(), '2026-11-22T12:59:59.000Z');
	assert.equal(facts.offsetMs, 1400);
});
