import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Settings } from '../handlers/lib/decide/settings.ts';
import { emptySnapshot } from '../handlers/lib/decide/snapshot.ts';
import { composeStatus } from '../scripts/lib/status.ts';
import { statusText } from '../scripts/lib/status-text.ts';
import { closed, view } from './fixtures/values.ts';
import {
	frozen,
	type Kept,
	notifiedOf,
	now,
	readsOf,
	settings,
	snapshotsOf,
	storedOf,
	wordOf,
} from './fixtures/world.ts';

const compose = (kept: Kept, changed: Settings = settings) =>
	composeStatus(changed, frozen(storedOf(kept)));
const shown = (kept: Kept) => {
	const stored = frozen(storedOf(kept));
	const status = composeStatus(settings, stored);
	return statusText({ settings, digest: view.configuration, stored, status, now });
};
const snapshots = (hosts: Readonly<Record<string, string>>) => snapshotsOf(readsOf(hosts));
const storm = { gate: 'storm', reason: '5 hosts at once, limit 2' };

test('without anything in KV the status has every network and nobody', () => {
	const empty = { up: [], down: [], left: [], vanished: [], maintenance: [] };
	assert.deepEqual(compose({}), {
		controllers: {},
		networks: { management: empty, tenant: empty, storage: empty },
		hosts: {},
		paused: null,
	});
});

test('a host has exactly vector, verdict, due, held and incident', () => {
	const incident = notifiedOf('N1', -60);
	const { hosts } = compose({
		snapshots: snapshots({ N1: 'up/up/down' }),
		incidents: { n1: incident },
		views: { c1: { ...view, due: { n1: { first_seen: 1, last_seen: 2 } }, held: { n1: [storm] } } },
	});
	assert.deepEqual(hosts['n1'], {
		vector: { management: 'up', tenant: 'up', storage: 'down' },
		verdict: 'recovery',
		due: true,
		held: [storm],
		incident,
	});
});

test('what several controllers say of a host is united, and said once', () => {
	const paused = { gate: 'paused', reason: 'paused by ann: disk' };
	const { hosts } = compose({
		views: {
			c1: { ...view, due: {}, held: { n1: [storm] } },
			c2: { ...view, due: {}, held: { n1: [paused, storm] } },
		},
	});
	assert.deepEqual(hosts['n1']?.held, [storm, paused]);
	assert.equal(hosts['n1']?.due, false);
});

test('every host that a snapshot, an incident or a view names is there', () => {
	const { hosts } = compose({
		snapshots: {
			storage: { ...emptySnapshot, vanished: ['n1'], unknown: ['n2'], maintenance: ['n5'] },
		},
		incidents: { n6: notifiedOf('n6', -60) },
		views: { c1: view },
	});
	assert.deepEqual(Object.keys(hosts), ['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n9']);
});

test('I5: a vanished host is unknown, never down, and the matrix is undecided of it', () => {
	const { hosts } = compose({ snapshots: { storage: { ...emptySnapshot, vanished: ['n1'] } } });
	assert.equal(hosts['n1']?.vector['storage'], 'unknown');
	assert.equal(hosts['n1']?.verdict, 'undecided');
});

test('keys are lower-cased, also those of networks', () => {
	const networks = ['Management', 'Tenant', 'Storage'];
	const matrix = { ...settings.matrix, sequence: networks };
	const { hosts, networks: found } = compose(
		{ snapshots: { Storage: { ...emptySnapshot, down: ['n1'] } } },
		{ ...settings, networks, hub: 'Management', matrix },
	);
	assert.deepEqual(Object.keys(found), ['management', 'tenant', 'storage']);
	assert.deepEqual(found['storage']?.down, ['n1']);
	assert.equal(hosts['n1']?.vector['storage'], 'down');
	assert.equal(hosts['n1']?.verdict, 'recovery');
});

test('people see only hosts of which there is something to say', () => {
	const text = shown({ snapshots: snapshots({ n1: 'up/up/up', n2: 'up/left/down' }) });
	assert.match(text, /^hosts in trouble, of 2$/m);
	assert.match(text, /^ {2}n2 +up +left +down +recovery$/m);
	assert.doesNotMatch(text, /^ {2}n1 /m);
	assert.match(text, /none is alive: nobody decides/);
});

test('people see every reason, word and commitment of a host', () => {
	const text = shown({
		snapshots: snapshots({ n1: 'up/up/down', n2: 'up/up/up' }),
		incidents: { n1: notifiedOf('n1', -60, { masakari_status: 'failed' }) },
		views: { c1: { ...view, due: { n1: { first_seen: 1, last_seen: 2 } }, held: { n1: [storm] } } },
		maintenance: { n2: wordOf(-3600, 'new disk') },
		approved: { n1: wordOf(600, 'go on') },
		paused: wordOf(undefined, 'switch'),
		history: { '2026-11-22T11:00:00Z-n7': { ...closed, name: 'n7' } },
	});
	for (const line of [
		/^paused by ann: switch$/m,
		/^ {2}n1 .* recovery, due$/m,
		/^ {4}held by storm: 5 hosts at once, limit 2$/m,
		/^ {4}incident of 2026-11-22T11:59:00Z: notified, attempt 1 accepted, .*Masakari: failed$/m,
		/^ {4}approved by ann until 2026-11-22T12:10:00Z: go on$/m,
		/^ {4}maintenance by ann until 2026-11-22T11:00:00Z \(over\): new disk$/m,
		/^ {4}cannot read storage: no leader$/m,
		/^ {4}storm: 5 hosts at once, limit 2$/m,
		/^ {4}stands back: Masakari does not answer$/m,
		/ n7 +returned +f6d1a9b1-3b0c-4c3e-9a43-5a1d6a0e0c11 +running$/m,
	]) {
		assert.match(text, line);
	}
});

test('the newest ten closed incidents are shown, the newest first', () => {
	const keys = Array.from({ length: 12 }, (_, i) => `2026-11-22T11:00:${10 + i}Z-n${i}`);
	const history = Object.fromEntries(keys.map((key, i) => [key, { ...closed, name: `n${i}` }]));
	const found = [...shown({ history }).matchAll(/ (n\d+) +returned/g)].map(([, name]) => name);
	assert.deepEqual(
		found,
		Array.from({ length: 10 }, (_, i) => `n${11 - i}`),
	);
});

test('a quiet cloud fits into 80 columns', () => {
	const hosts = { 'compute-1': 'up/up/up', 'compute-2': 'up/up/down' };
	const quiet = { ...view, networks: {}, storm: null, abstains: null, held: {} };
	const text = shown({ snapshots: snapshots(hosts), views: { 'controller-1': quiet } });
	for (const line of text.split('\n')) assert.ok(line.length <= 80, line);
});
