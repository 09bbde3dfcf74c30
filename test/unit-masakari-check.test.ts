import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MasakariFacts, SegmentHost } from '../handlers/lib/decide/masakari.ts';
import { decideMasakariFindings } from '../handlers/lib/decide/masakari-check.ts';
import type { NotifyRight } from '../handlers/lib/decide/masakari-right.ts';
import { reportText } from '../handlers/lib/decide/report-text.ts';
import { emptySnapshot } from '../handlers/lib/decide/snapshot.ts';
import {
	type Hosts,
	type Kept,
	masakariOf,
	notifiedOf,
	now,
	readsOf,
	rowOf,
	settings,
	snapshotsOf,
	storedOf,
	wordOf,
} from './fixtures/world.ts';

type Facts = Extract<MasakariFacts, { ok: true }>;

/** A cloud of n1 and n2, and what of it is not as it should be. */
interface Given {
	readonly hosts?: Hosts;
	readonly kept?: Kept;
	readonly unreadable?: readonly string[];
	readonly exclude?: readonly string[];
	readonly servers?: readonly string[];
	readonly entries?: Readonly<Record<string, Partial<SegmentHost>>>;
	readonly facts?: Partial<Facts>;
	/** Why Masakari could not be read. */
	readonly error?: string;
	readonly right?: NotifyRight | null;
}

function findings(given: Given) {
	const { hosts = {}, kept, unreadable = [], exclude = [], servers = [], entries = {} } = given;
	const all = readsOf({ n1: 'up/up/up', n2: 'up/up/up', ...hosts }, unreadable);
	const reads = Object.fromEntries(
		Object.entries(all).map(([network, reading]) => [
			network,
			reading.ok ? { ...reading, unmonitored: new Set(servers) } : reading,
		]),
	);
	const known = masakariOf(['n1', 'n2', ...Object.keys(entries)], [], entries);
	const { facts, error, right = { ok: true } } = given;
	const seen = {
		settings: { ...settings, hosts: { ...settings.hosts, exclude } },
		...{ reads, stored: storedOf(kept), now },
	};
	const read = error === undefined ? { ...known, ...facts } : { ok: false as const, error };
	return decideMasakariFindings(seen, read, right);
}

const onMaintenance = { n1: { on_maintenance: true } };
const clear = 'openstack segment host update --on_maintenance False rack-1 n1';
const maintained = (since: string) =>
	`1 n1: up, but on maintenance since ${since}, nobody evacuates it next time: ${clear}`;
const byHand = maintained('an earlier recovery, or by hand');
const closed = {
	...notifiedOf('n1', -3600),
	...{ closed_at: now - 1800 * 1000, reason: 'returned' as const },
};
const refusal = 'Masakari takes no notification from us';
const misnamed =
	'Masakari takes no host of this name, only 1 to 255 of A-Z a-z 0-9 . _ -: rename its node, or see node_names';
const role = 'openstack role add --user USER --project PROJECT admin';

const cases: readonly { name: string; given: Given; expected: readonly string[] }[] = [
	{ name: 'a cloud that is well says nothing', given: {}, expected: [] },
	{
		name: 'Masakari away is critical, and said once',
		given: {
			error: 'GET m:1/v1/segments: connection refused',
			right: { ok: false, error: 'POST m:1/v1/notifications: connection refused' },
		},
		expected: ['2 Masakari: GET m:1/v1/segments: connection refused'],
	},
	{
		name: 'answers without a Date are critical',
		given: { error: 'its answers carry no Date' },
		expected: ['2 Masakari: its answers carry no Date'],
	},
	{
		name: 'a token that may read and not notify is critical',
		given: { right: { ok: false, status: 403, error: '403 No.' } },
		expected: [`2 ${refusal}: 403 No.: give its user the role of the policy: ${role}`],
	},
	{
		name: 'a token that may do nothing is critical twice: each names its rule',
		given: {
			error: 'GET /segments: 403 No.',
			right: { ok: false, status: 403, error: '403 No.' },
		},
		expected: [
			'2 Masakari: GET /segments: 403 No.',
			`2 ${refusal}: 403 No.: give its user the role of the policy: ${role}`,
		],
	},
	{
		name: 'access rules without the POST are critical',
		given: { right: { ok: false, status: 401, error: '401 No.' } },
		expected: [
			`2 ${refusal}: 401 No.: see its credentials, and whether their access rules allow POST /v1/notifications`,
		],
	},
	{
		name: 'a POST that ends otherwise is critical with what was said',
		given: { right: { ok: false, status: 500, error: '500 No.' } },
		expected: [`2 ${refusal}: 500 No.`],
	},
	{
		name: 'a POST that nobody answers is critical where the GETs are answered',
		given: { right: { ok: false, error: 'timeout' } },
		expected: [`2 ${refusal}: timeout`],
	},
	{
		name: 'in mode observe nothing is asked, and nothing said',
		given: { right: null },
		expected: [],
	},
	...[-6, 7].map((seconds) => ({
		name: `a clock ${seconds} s ahead is critical`,
		given: { facts: { offsetMs: seconds * 1000 } },
		expected: [
			`2 this clock is ${seconds} s away from Masakari's: nobody is notified: chronyc tracking`,
		],
	})),
	{
		name: 'a clock within what the gate allows is well',
		given: { facts: { offsetMs: -5000 } },
		expected: [],
	},
	{
		name: 'a host that is up and on maintenance warns, with the command',
		given: { entries: onMaintenance },
		expected: [byHand],
	},
	{
		name: 'its last recovery is named where we know it',
		given: { entries: onMaintenance, kept: { history: { a: closed } } },
		expected: [maintained('its recovery of 2026-11-22T11:00:00Z')],
	},
	{
		name: 'one that is down on a network that the matrix leaves alone warns, too',
		given: { entries: onMaintenance, hosts: { n1: 'down/up/up' } },
		expected: [byHand],
	},
	{
		name: 'one that is down is not listed for it',
		given: { entries: onMaintenance, hosts: { n1: 'up/up/down' } },
		expected: [],
	},
	{
		name: 'one whose incident is open is not listed for it',
		given: { entries: onMaintenance, kept: { incidents: { n1: notifiedOf('n1', -60) } } },
		expected: [],
	},
	...(['new', 'running', 'error'] as const).map((status) => ({
		name: `one whose recovery is ${status} is not listed for it`,
		given: { entries: onMaintenance, facts: { rows: [rowOf('n1', -60, { status })] } },
		expected: [],
	})),
	{
		name: 'one whose recovery is over is listed, whoever else is being recovered',
		given: {
			entries: onMaintenance,
			facts: {
				rows: [
					rowOf('n1', -60, { status: 'finished' }),
					rowOf('n1', -60, { event: 'STARTED', status: 'new' }),
					rowOf('n2', -60),
				],
			},
		},
		expected: [byHand],
	},
	{
		name: 'one that an operator has in maintenance here is not listed for it',
		given: { entries: onMaintenance, kept: { maintenance: { n1: wordOf(60) } } },
		expected: [],
	},
	{
		name: 'one whose maintenance here is over is listed',
		given: { entries: onMaintenance, kept: { maintenance: { n1: wordOf(-60) } } },
		expected: [byHand],
	},
	{
		name: 'one that left every network is not listed, in segment or not',
		given: {
			entries: onMaintenance,
			hosts: { n1: 'absent/absent/absent' },
			kept: {
				snapshots: Object.fromEntries(
					settings.networks.map((network) => [network, { ...emptySnapshot, left: ['n1'] }]),
				),
			},
		},
		expected: [],
	},
	{
		name: 'a host of a segment that no network knows warns',
		given: { entries: { n9: {} } },
		expected: [
			'1 n9: in segment rack-1, and no network knows it: start its agents, or openstack segment host delete rack-1 n9',
		],
	},
	{
		name: 'a host that some networks do not see warns with their names',
		given: { hosts: { n1: 'up/absent/unknown' } },
		expected: ['1 n1: in segment rack-1, and not seen on tenant, storage: start its agent there'],
	},
	{
		name: 'a network that cannot be read and never was says nothing of any host',
		given: { unreadable: ['storage'] },
		expected: [],
	},
	{
		name: 'what a network said before stands while it cannot be read',
		given: {
			unreadable: ['storage'],
			kept: { snapshots: { storage: { ...emptySnapshot, up: ['n2'], vanished: ['n1'] } } },
		},
		expected: ['1 n1: in segment rack-1, and not seen on storage: start its agent there'],
	},
	{
		name: 'a host that the configuration excludes is meant to be',
		given: { entries: { n9: {} }, exclude: ['n9'] },
		expected: [],
	},
	{
		name: 'a Consul server in a segment warns: nobody monitors it',
		given: { entries: { c1: {} }, servers: ['c1'] },
		expected: [
			'1 c1: in segment rack-1, and a Consul server: not monitored unless hosts.servers is true',
		],
	},
	{
		name: 'a monitored host in no segment warns in its own spelling',
		given: { hosts: { N7: 'up/up/up' } },
		expected: [
			'1 N7 is in no failover segment of Masakari: openstack segment host create N7 COMPUTE SSH SEGMENT, or see hosts.exclude',
		],
	},
	...[{ where: 'no segment' }, { where: 'a segment', entries: { 'Rack 1': {} } }].map(
		({ where, entries = {} }) => ({
			name: `a monitored host of ${where} whose name no notification may have warns`,
			given: { hosts: { 'Rack 1': 'up/up/up' }, entries },
			expected: [`1 Rack 1: ${misnamed}`],
		}),
	),
	{
		name: 'a long name that no notification may have is cut, for its mend to be read',
		given: { hosts: { ['ñ'.repeat(255)]: 'up/up/up' } },
		expected: [`1 ${'ñ'.repeat(59)}…: ${misnamed}`],
	},
	{
		name: 'a host of such a name that left for good is well',
		given: { kept: { snapshots: { storage: { ...emptySnapshot, left: ['rack 1'] } } } },
		expected: [],
	},
	{
		name: 'hosts of names that cannot be kept in KV warn: nobody monitors them',
		given: { servers: ['n'.repeat(256), 'rack 1', 'constructor', '__proto__'] },
		expected: ['__proto__', 'constructor', `${'n'.repeat(59)}…`].map(
			(name) =>
				`1 ${name}: nobody monitors a host of this name: rename its node, or see node_names`,
		),
	},
	{
		name: 'one of such a name that the configuration excludes is meant to be',
		given: { servers: ['n'.repeat(256), 'constructor'], exclude: ['nnn*', 'constructor'] },
		expected: [],
	},
	{
		name: 'a host that left for good and is in no segment is well',
		given: { kept: { snapshots: { storage: { ...emptySnapshot, left: ['n7'] } } } },
		expected: [],
	},
	{
		name: 'names that differ only in case warn',
		given: { hosts: { N3: 'up/up/up' }, entries: { n3: {} } },
		expected: [
			"1 Masakari spells n3 what Consul calls N3: set node_name to n3 in its agents' configuration",
		],
	},
	{
		name: 'a disabled segment warns with its monitored hosts',
		given: {
			entries: Object.fromEntries(
				['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n9'].map((host) => [
					host,
					{ segment: 'rack 2', segment_enabled: false },
				]),
			),
			hosts: Object.fromEntries(['n3', 'n4', 'n5', 'n6'].map((host) => [host, 'up/up/up'])),
			exclude: ['n9'],
		},
		expected: [
			"1 segment rack 2 is disabled, nobody recovers n1, n2, n3, n4, n5 and 1 more: openstack segment update --is_enabled True 'rack 2'",
		],
	},
	{
		name: 'a disabled segment without a monitored host is well',
		given: { entries: { n9: { segment: 'old', segment_enabled: false } }, exclude: ['n9'] },
		expected: [],
	},
];
for (const { name, given, expected } of cases) {
	test(name, () => {
		const found = findings(given).map(({ level, text }) => `${level} ${text}`);
		assert.deepEqual(found, expected);
	});
}

test('whatever hosts and segments are called, each finding is one line, and all fit', () => {
	const hostile = fc.oneof(
		fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
		fc.constantFrom(
			'a\nb',
			'\u0000',
			'x\r\n\u001b[2J',
			"'; reboot; '",
			'-n',
			'\u2028',
			'__proto__',
		),
	);
	const entry = fc.record({ name: hostile, segment: hostile, segment_enabled: fc.boolean() });
	fc.assert(
		fc.property(fc.array(entry, { maxLength: 200 }), fc.array(hostile), (entries, nodes) => {
			const hosts = new Map(
				entries.map((changes) => [
					changes.name.toLowerCase(),
					{ uuid: 'u', on_maintenance: true, ...changes },
				]),
			);
			const up = Object.fromEntries(
				[...nodes, ...entries.map(({ name }) => name)].map((n) => [n, 'up/up/up']),
			);
			const reads = readsOf(up);
			const stored = storedOf({ snapshots: snapshotsOf(reads) });
			const facts: MasakariFacts = { ...masakariOf([]), hosts };
			const found = decideMasakariFindings({ settings, reads, stored, now }, facts, { ok: true });
			const { text } = reportText(found, '0 hosts', 'hostmonitor validate --online');
			const lines = text.split('\n');
			assert.ok((lines[0] ?? '').length < 80);
			assert.ok(Buffer.byteLength(text) < 4096, `${Buffer.byteLength(text)} bytes`);
			assert.doesNotMatch(lines.join(''), /[\p{Cc}\u2028\u2029]/u);
			const more = /^and (\d+) more: hostmonitor validate --online$/.exec(lines.at(-1) ?? '');
			const listed = lines.length - 1 - (more ? 1 : 0);
			assert.equal(listed + Number(more?.[1] ?? 0), found.length);
		}),
	);
});

test('a command can be copied: no name in it is more than one word to a shell', () => {
	const name = "$(reboot)'n1";
	const segment = 'a; b';
	const entry = { ...{ uuid: 'u', name, segment }, on_maintenance: true, segment_enabled: true };
	const reads = readsOf({ [name]: 'up/up/up' });
	const facts = { ...masakariOf([]), hosts: new Map([[name, entry]]) };
	const [found] = decideMasakariFindings(
		{ settings, reads, stored: storedOf(), now },
		...[facts, { ok: true } as const],
	);
	assert.match(found?.text ?? '', / --on_maintenance False 'a; b' '\$\(reboot\)'\\''n1'$/);
});
