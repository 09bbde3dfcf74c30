import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decideHosts } from '../handlers/lib/decide/hosts.ts';
import type { Incident } from '../handlers/lib/decide/incident.ts';
import { plan } from '../handlers/lib/decide/plan.ts';
import { decideStorm, stormLimit } from '../handlers/lib/decide/storm.ts';
import type { View } from '../handlers/lib/decide/view.ts';
import type { World } from '../handlers/lib/decide/world.ts';
import {
	all,
	begun,
	beside,
	gatesOf,
	type Hosts,
	hostNames,
	incidentOf,
	later,
	notifiedOf,
	now,
	quiet,
	readsOf,
	seenFor,
	settings,
	viewed,
	withIncident,
	wordOf,
	worldOf,
} from './fixtures/world.ts';

const limits: readonly [maxHosts: number, maxFraction: number, monitored: number, limit: number][] =
	[
		[10, 0.25, 0, 1],
		[10, 0.25, 1, 1],
		[10, 0.25, 4, 1],
		[10, 0.25, 5, 2],
		[10, 0.25, 40, 10],
		[10, 0.25, 4000, 10],
		[10, 0, 4000, 1],
		[10, 1, 3, 3],
		[1, 1, 100, 1],
		[0, 0.25, 100, 0],
	];

for (const [maxHosts, maxFraction, monitored, limit] of limits) {
	test(`of ${monitored} hosts, max_hosts ${maxHosts} and max_fraction ${maxFraction} allow ${limit}`, () => {
		assert.equal(stormLimit({ maxHosts, maxFraction }, monitored), limit);
	});
}

const set = { since: 40, last_seen: 90, count: 9, limit: 5, calm_since: null };
const latches: readonly {
	name: string;
	before: View['storm'];
	count: number;
	at?: number;
	expected: View['storm'];
}[] = [
	{ name: 'as many as the limit are no storm', before: null, count: 5, expected: null },
	{
		name: 'one more is a storm',
		before: null,
		count: 6,
		expected: { since: 100, last_seen: 100, count: 6, limit: 5, calm_since: null },
	},
	{
		name: 'a storm goes on from when it began',
		before: set,
		count: 8,
		expected: { since: 40, last_seen: 100, count: 8, limit: 5, calm_since: null },
	},
	{
		name: 'fewer than the limit begin to calm it, and no more',
		before: set,
		count: 0,
		expected: { since: 40, last_seen: 100, count: 0, limit: 5, calm_since: 100 },
	},
	{
		name: 'it calms from the first read that did not exceed the limit',
		before: { ...set, calm_since: 41 },
		count: 5,
		expected: { since: 40, last_seen: 100, count: 5, limit: 5, calm_since: 41 },
	},
	{
		name: 'it is over after calm seconds',
		before: { ...set, calm_since: 40 },
		count: 5,
		expected: null,
	},
	{
		name: 'one read above the limit ends the calm',
		before: { ...set, calm_since: 40 },
		count: 6,
		expected: { since: 40, last_seen: 100, count: 6, limit: 5, calm_since: null },
	},
	{
		name: 'a gap of more than 40 s proves no calm',
		before: { ...set, last_seen: 59.9, calm_since: 40 },
		count: 0,
		expected: { since: 40, last_seen: 100, count: 0, limit: 5, calm_since: 100 },
	},
];

for (const { name, before, count, at = 100, expected } of latches) {
	test(`${name} (I6)`, () => {
		assert.deepEqual(decideStorm(before, count, 5, at, 60_000, false), expected);
	});
}

test('a latch survives a reboot of its controller, and calms anew (I6)', () => {
	const before = { since: 9000, last_seen: 9900, count: 9, limit: 5, calm_since: 9001 };
	const world = viewed(worldOf(), { boot_id: 'boot-0', storm: before });
	const { storm } = plan(world).view;
	assert.deepEqual([storm?.since, storm?.calm_since], [world.uptime, world.uptime]);
});

const [down, up] = ['up/up/down', 'up/up/up'];
const five = hostNames(5);
const six = hostNames(6);
/** 20 quiet hosts and these: the limit is ceil(0.25 × (20 + 5 or 6)), 7. */
const burning = (hosts: readonly string[], kept = {}) =>
	worldOf({ hosts: { ...quiet, ...all(hosts, down) }, kept });

const counts: readonly {
	name: string;
	incidents: Readonly<Record<string, Incident>>;
	expected: number;
}[] = [
	{ name: 'due hosts, each once', incidents: {}, expected: 5 },
	{
		name: 'a due host that is committed to, once',
		incidents: { n001: incidentOf('n001', -5) },
		expected: 5,
	},
	{
		name: 'a committed host that is not due any more and not back either',
		incidents: { n9: incidentOf('n9', -86_400) },
		expected: 6,
	},
	{
		name: 'a host notified within the hour that is still down',
		incidents: { n9: notifiedOf('n9', -3600) },
		expected: 6,
	},
	{
		name: 'no host notified an hour and 10 s ago',
		incidents: { n9: notifiedOf('n9', -3610), n001: notifiedOf('n001', -3610) },
		expected: 4,
	},
	{
		name: 'no notified host that is back',
		incidents: { w001: notifiedOf('w001', -60) },
		expected: 5,
	},
];

for (const { name, incidents, expected } of counts) {
	test(`a storm counts ${name} (I6)`, () => {
		const world = burning(five, { incidents });
		const settingsOfOne = { ...world.settings, storm: { ...settings.storm, maxHosts: 1 } };
		const { storm } = plan({ ...world, settings: settingsOfOne }).view;
		assert.equal(storm?.count, expected);
		assert.equal(storm?.limit, 1);
	});
}

test('a storm holds every host that is not approved, and begins with those that are', () => {
	const hosts = hostNames(12);
	const world = seenFor(burning(hosts, { approved: { n003: wordOf(900) } }), 20, hosts);
	const planned = plan(world);
	assert.deepEqual(begun(planned), ['n003']);
	assert.deepEqual(gatesOf(planned, 'n001'), ['storm']);
	assert.match(planned.view.held['n001']?.[0]?.reason ?? '', /^12 hosts at once, limit 8$/);
});

test('an approval does not confirm: an approved host waits like any other', () => {
	const hosts = hostNames(12);
	const world = seenFor(burning(hosts, { approved: { n003: wordOf(900) } }), 10, hosts);
	assert.deepEqual(begun(plan(world)), []);
});

test("when another controller's latch is gone, what it held confirms anew (I6)", () => {
	const alone = seenFor(burning(['n001']), 200, ['n001']);
	const held = beside(alone, 'c2', { storm: { ...set, since: 1, last_seen: 2 } });
	assert.deepEqual(begun(plan(held)), []);
	const free = later(held, 10);
	const { c2: _, ...views } = free.stored.views;
	const world = { ...free, stored: { ...free.stored, views } };
	assert.deepEqual(begun(plan(world)), []);
	assert.equal(plan(world).view.due['n001']?.first_seen, world.uptime);
	assert.deepEqual(begun(plan(later(world, 10))), []);
	assert.deepEqual(begun(plan(later(later(world, 10), 5))), ['n001']);
});

test('what a storm held confirms anew when it is over, but for a host that is approved (I6)', () => {
	const held = { n001: [{ gate: 'storm', reason: '12 hosts at once, limit 6' }] };
	for (const approved of [{}, { n001: wordOf(900) }]) {
		const world = viewed(seenFor(burning(['n001'], { approved }), 20, ['n001']), { held });
		assert.deepEqual(begun(plan(world)), Object.keys(approved));
	}
});

/** A cloud that burns by a schedule: when each host goes down, and when it comes back. */
interface Fire {
	readonly hosts: Readonly<Record<string, readonly [down: number, up: number]>>;
	/** Seconds between this controller's reads. */
	readonly ticks: readonly number[];
	/** Whether Masakari's answer is lost: the incident stays open, and unresolved. */
	readonly lost: boolean;
}

interface Read {
	readonly at: number;
	/** Due at this read, or committed to and still down. */
	readonly burning: readonly string[];
	readonly limit: number;
	readonly begun: readonly string[];
}

/** One controller through a fire: what it begins is committed and, if not lost, accepted. */
function through({ hosts, ticks, lost }: Fire): Read[] {
	const start = 10_000;
	const healthsAt = (seconds: number): Hosts => ({
		...quiet,
		...Object.fromEntries(
			Object.entries(hosts).map(([host, [from, to]]) => [
				host,
				seconds >= from && seconds < to ? down : up,
			]),
		),
	});
	let world: World = worldOf({ hosts: healthsAt(0), uptime: start });
	let planned = plan(world);
	let seconds = 0;
	const monitored = Object.keys(hosts).length + Object.keys(quiet).length;
	const log: Read[] = [];
	for (const gap of ticks) {
		seconds += gap;
		const healths = healthsAt(seconds);
		world = later(world, gap, { reads: readsOf(healths) }, planned);
		planned = plan(world);
		log.push({
			at: seconds,
			burning: Object.keys(hosts).filter((host) => healths[host] === down),
			limit: Math.min(10, Math.ceil(monitored / 4)),
			begun: begun(planned),
		});
		const at = (world.now - now) / 1000;
		const incidents = { ...world.stored.incidents };
		for (const step of planned.steps) {
			if (step.kind === 'close') delete incidents[step.host];
			if (step.kind !== 'begin') continue;
			const { host } = step.host;
			incidents[host] = { value: lost ? incidentOf(host, at) : notifiedOf(host, at), index: 9 };
		}
		world = { ...world, stored: { ...world.stored, incidents } };
	}
	return log;
}

/** Reads every 1 to 12 s, until well after everything. */
const ticks = (count: number) =>
	fc.array(fc.integer({ min: 1, max: 12 }), { minLength: count, maxLength: count });

const fires = (maxHosts: number, window: number, count: number) =>
	fc.record<Fire>({
		hosts: fc
			.array(fc.tuple(fc.integer({ min: 1, max: window }), fc.integer({ min: 16, max: 200 })), {
				minLength: 1,
				maxLength: maxHosts,
			})
			.map((times) =>
				Object.fromEntries(
					hostNames(times.length).map((host, i) => {
						const [from, lasts] = times[i] ?? [1, 16];
						return [host, [from, from + lasts] as const];
					}),
				),
			),
		ticks: ticks(count),
		lost: fc.boolean(),
	});

test('hosts that go down one after another within 15 s never begin beyond the limit (I6)', () => {
	fc.assert(
		fc.property(fires(30, 15, 30), (fire) => {
			const log = through(fire);
			const total = Object.keys(fire.hosts).length;
			const limit = log[0]?.limit ?? 0;
			const most = Math.max(...log.map((read) => read.burning.length));
			const sent = new Set(log.flatMap((read) => read.begun));
			if (most > limit) {
				// Nothing begins before the latch, and after it only what is left when all is calm.
				const last = log.findLast((read) => read.burning.length > limit)?.at ?? 0;
				for (const read of log)
					if (read.begun.length > 0) assert.ok(read.at >= last + 75, `begun at ${read.at}`);
			}
			assert.ok(sent.size <= limit, `${sent.size} of ${total} begun, limit ${limit}`);
		}),
		{ numRuns: 70 },
	);
});

test('at no read are more hosts begun or committed to than the limit allows (I6)', () => {
	fc.assert(
		fc.property(fires(30, 150, 60), (fire) => {
			const committed = new Set<string>();
			for (const read of through(fire)) {
				for (const host of [...committed]) if (!read.burning.includes(host)) committed.delete(host);
				for (const host of read.begun) committed.add(host);
				if (read.begun.length > 0)
					assert.ok(committed.size <= read.limit, `${committed.size} committed`);
				// Counted are also those that are due and not begun.
				if (read.begun.length > 0) assert.ok(read.burning.length <= read.limit, 'a storm');
			}
		}),
		{ numRuns: 40 },
	);
});

test('after a storm neither stragglers nor any order of repair begin before calm and confirm (I6)', () => {
	fc.assert(
		fc.property(fires(30, 40, 60), (fire) => {
			const log = through(fire);
			for (const [i, read] of log.entries()) {
				if (read.begun.length === 0) continue;
				const storm = log.slice(0, i).findLast((one) => one.burning.length > one.limit);
				if (storm) assert.ok(read.at - storm.at >= 75, `${read.at} after a storm at ${storm.at}`);
				// Newcomers of the last 15 s had restarted this one.
				const window = log.slice(0, i + 1).filter(({ at }) => at > read.at - 15);
				for (const host of read.begun) {
					for (const one of window) assert.ok(one.burning.includes(host), `${host} at ${one.at}`);
				}
			}
		}),
		{ numRuns: 40 },
	);
});

test('a rack that stays down after the storm is recovered in the end, as many as allowed', () => {
	const hosts = Object.fromEntries(
		hostNames(30).map((host, i) => [host, [1, i < 5 ? 10_000 : 60] as const]),
	);
	const log = through({ hosts, ticks: Array(20).fill(10), lost: false });
	const first = log.find((read) => read.begun.length > 0);
	assert.deepEqual(first?.begun, five);
	// Down from the read at 10 s to that at 50 s; calm from 60 s to 120 s; confirmed at 140 s.
	assert.equal(first?.at, 140);
});

test('the count and the limit are those of the reads, not of a snapshot in KV', () => {
	const world = burning(six);
	const hosts = decideHosts(world.settings, world.reads, {});
	assert.equal(hosts.size, 26);
	const emptied = { ...world, stored: { ...world.stored, snapshots: {} } };
	assert.deepEqual(plan(emptied).view.storm, plan(world).view.storm);
});

test('a host that is committed to and that nobody sees any more counts, in the whole as well (I6)', () => {
	const storm = { maxHosts: 100, maxFraction: 1, calmMs: 60_000 };
	const hosts = { n1: 'down/down/down', n2: 'down/down/down' };
	const seen = worldOf({ hosts, settings: { storm } });
	const world = ['n2', 'gone'].reduce(
		(before, name) => withIncident(before, name, notifiedOf(name, -60)),
		seen,
	);
	assert.equal(plan(world).view.storm, null, 'three of three');
	const fewer = {
		...world,
		settings: { ...world.settings, storm: { ...storm, maxFraction: 0.5 } },
	};
	assert.deepEqual(
		[plan(fewer).view.storm?.count, plan(fewer).view.storm?.limit],
		[3, 2],
		'three, and two of three are allowed',
	);
});
