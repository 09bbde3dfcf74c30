import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plan } from '../handlers/lib/decide/plan.ts';
import { fittingRestarts } from '../handlers/lib/decide/view-size.ts';
import { parseView } from '../handlers/lib/schema/view.ts';
import {
	all,
	begun,
	hostNames,
	incidentOf,
	indexed,
	later,
	quiet,
	readsOf,
	settings,
	viewed,
	wordOf,
	worldOf,
} from './fixtures/world.ts';

/** What Consul takes in one value. */
const limit = 512 * 1024;
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const many = { ...settings, storm: { ...settings.storm, maxHosts: 1000, maxFraction: 1 } };

const spelled: readonly { name: string; pad: string; length: number }[] = [
	{ name: 'of 64 letters', pad: 'x', length: 64 },
	{ name: 'of 255 letters', pad: 'x', length: 255 },
	{ name: 'of letters of three bytes each', pad: '機', length: 255 },
	{ name: 'that JSON writes in six bytes a letter', pad: '\u0001', length: 255 },
];
for (const { name, pad, length } of spelled) {
	const hosts = hostNames(2000).map((host) => host.padEnd(length, pad));
	const [first = '', last = ''] = [hosts[0], hosts.at(-1)];

	test(`a view of 2,000 due hosts with names ${name} fits, and counts those it does not name`, () => {
		const world = worldOf({
			reads: indexed(readsOf(all(hosts, 'down/down/down'))),
			kept: { approved: { [last]: wordOf(900) }, paused: wordOf(900, 'x'.repeat(500)) },
			uptime: 12_345_678.9,
		});
		const { view } = plan(later(world, 10.01));
		const named = Object.keys(view.due);
		assert.ok(bytesOf(view) < limit, `${bytesOf(view)} bytes`);
		assert.ok(named.length >= 25, `${named.length} are named`);
		assert.equal(view.uncounted, hosts.length - named.length);
		assert.deepEqual(named.slice(0, 2), [last, first], 'approved ones first, then by name');
		for (const part of [view.held, view.outages]) assert.deepEqual(Object.keys(part), named);
		assert.deepEqual(parseView(JSON.parse(JSON.stringify(view)), 'controllers/c1'), view);
	});
}

test('of hosts that a view has no room for none is acted on, those that it names go on', () => {
	const burning = all(
		hostNames(900).map((host) => host.padEnd(255, 'x')),
		'down/down/down',
	);
	const reads = indexed(readsOf(burning));
	const first = worldOf({ hosts: burning, reads, settings: many });
	const named = Object.keys(plan(first).view.due);
	assert.ok(named.length > 0 && named.length < 900, `${named.length} are named`);
	assert.deepEqual(begun(plan(later(first, 16))), named.toSorted());
});

test('of 2,000 hosts coming back a view names 1,000, and only they are closed', () => {
	const hosts = hostNames(2000).sort();
	const incidents = Object.fromEntries(
		hosts.map((host) => [host, incidentOf(host, -600, { state: 'notified', uuid: 'u' })]),
	);
	const world = worldOf({ hosts: { ...quiet, ...all(hosts, 'up/up/up') }, kept: { incidents } });
	const stored = { ...world.stored, incidents: worldOf({ kept: { incidents } }).stored.incidents };
	const first = { ...world, stored };
	const { view } = plan(first);
	assert.deepEqual(Object.keys(view.returning), hosts.slice(0, 1000));
	assert.equal(view.uncounted, 1000);
	const { steps } = plan(later(first, 16));
	const closed = steps.flatMap((step) => (step.kind === 'close' ? [step.host] : []));
	assert.deepEqual(closed, hosts.slice(0, 1000));
});

test('restarts of the confirmation are remembered as far as they fit, the newest first', () => {
	const hosts = hostNames(1000).map((host) => host.padEnd(255, 'x'));
	const restarts = Object.fromEntries(hosts.map((host, i) => [host, 5000 - i / 10]));
	const kept = fittingRestarts(restarts);
	assert.deepEqual(Object.keys(kept), hosts.slice(0, Object.keys(kept).length));
	assert.ok(Object.keys(kept).length > 300 && bytesOf(kept) < limit / 4);
	const short = Object.fromEntries(hostNames(1000).map((host, i) => [host, i]));
	assert.equal(fittingRestarts(short), short);
	const { view } = plan(viewed(worldOf(), { restarts }));
	assert.deepEqual(view.restarts, kept);
});

test('with over 100 due hosts, every gate that is named still has a reason made of facts', () => {
	const hosts = hostNames(101);
	const world = worldOf({ hosts: all(hosts, 'left/up/down'), kept: { paused: wordOf(900) } });
	const { view } = plan(world);
	for (const held of Object.values(view.held)) {
		const [paused, leaving, ...more] = held;
		assert.match(paused?.reason ?? '', /^paused by ann until .*: kernel update$/);
		assert.deepEqual(leaving, { gate: 'leaving', reason: 'left management' });
		assert.deepEqual(more, []);
	}
	assert.equal(Object.keys(view.held).length, 101);
});
