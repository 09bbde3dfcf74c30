import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptySnapshot } from '../handlers/lib/decide/snapshot.ts';
import type { Stored } from '../handlers/lib/decide/stored.ts';
import { decideRefusal, mayRecoverWithout } from '../scripts/lib/command-forget.ts';
import { incidentOf, readsOf, snapshotsOf, storedOf, worldOf } from './fixtures/world.ts';

const lists = (hosts: Readonly<Record<string, string>>): Stored =>
	storedOf({ snapshots: snapshotsOf(readsOf(hosts)) });
const vanished = (healths: string): Stored => {
	const stored = lists({ n1: healths, n2: 'up/up/up' });
	const { storage } = stored.snapshots;
	assert.ok(storage);
	const snapshots = {
		...stored.snapshots,
		storage: { ...storage, value: { ...storage.value, vanished: ['n1'] } },
	};
	return { ...stored, snapshots };
};
const forgotten: readonly { name: string; stored: Stored; refusal: RegExp | null }[] = [
	{
		name: 'is down',
		stored: lists({ n1: 'up/up/down' }),
		refusal: /^n1 is down on storage, not gone; .*hostmonitor maintenance n1/,
	},
	{
		name: 'is up',
		stored: lists({ n1: 'up/up/up' }),
		refusal: /^n1 is up on management, tenant, storage/,
	},
	{
		name: 'vanished, and is up elsewhere',
		stored: vanished('up/absent/absent'),
		refusal: /^n1 is up on management, not gone; if it will not rejoin storage: --network NAME;/,
	},
	{
		name: 'vanished, and is down elsewhere',
		stored: vanished('absent/down/absent'),
		refusal: /^n1 is down on tenant/,
	},
	{ name: 'vanished', stored: vanished('absent/absent/absent'), refusal: null },
	{ name: 'left', stored: lists({ n1: 'left/left/left' }), refusal: null },
	{
		name: 'is in `consul maint` only',
		stored: storedOf({ snapshots: { storage: { ...emptySnapshot, maintenance: ['n1'] } } }),
		refusal: null,
	},
	{
		name: 'is in `consul maint` and down',
		stored: storedOf({
			snapshots: { storage: { ...emptySnapshot, down: ['n1'], maintenance: ['n1'] } },
		}),
		refusal: /^n1 is down on storage/,
	},
	{ name: 'is unknown only', stored: lists({ n2: 'up/up/up' }), refusal: /nothing to forget/ },
	{
		name: 'has an incident only',
		stored: storedOf({ incidents: { n1: incidentOf('n1', 0) } }),
		refusal: null,
	},
];
for (const { name, stored, refusal } of forgotten) {
	test(`I4: a host that ${name} is ${refusal ? 'not ' : ''}forgotten`, () => {
		const found = decideRefusal(stored, 'n1');
		if (refusal) assert.match(found ?? '', refusal);
		else assert.equal(found, null);
	});
}

test('I4: a host is forgotten on one network alone only where it is gone from that one', () => {
	const stored = vanished('up/absent/absent');
	assert.equal(decideRefusal(stored, 'n1', 'storage'), null);
	const refusal = /^n1 neither vanished from management nor left it: nothing to forget$/;
	assert.match(decideRefusal(stored, 'n1', 'management') ?? '', refusal);
});

test('a host with an incident is forgotten on a network that no longer lists it', () => {
	const incidents = { n1: { value: incidentOf('n1', -60), index: 1 } };
	const stored = { ...lists({ n1: 'up/up/absent' }), incidents };
	assert.equal(decideRefusal(stored, 'n1', 'storage'), null);
	assert.match(decideRefusal(stored, 'n1', 'tenant') ?? '', /neither vanished from tenant/);
	assert.match(
		decideRefusal({ ...stored, incidents: {} }, 'n1', 'storage') ?? '',
		/nothing to forget/,
	);
});

test('whether a host is recovered without a network is what the matrix says', () => {
	const { settings } = worldOf();
	const may = settings.networks.map((network) => mayRecoverWithout(settings, network));
	assert.deepEqual(may, [true, true, false]);
});
