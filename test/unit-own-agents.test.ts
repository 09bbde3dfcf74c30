import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OwnAgent, Reads } from '../handlers/lib/decide/health.ts';
import { checkAgents, sharedDatacenters } from '../handlers/lib/decide/own-agents.ts';
import { decideReading } from '../handlers/lib/decide/reading.ts';
import { emptySnapshot } from '../handlers/lib/decide/snapshot.ts';

const hosts = { include: ['*'], exclude: [], servers: false };

/** A network whose own agent carries these tags. */
function readOf(tags: OwnAgent | null) {
	const member = { Name: 'C1', Addr: '10.0.0.1', Port: 8301, Status: 1 };
	const checks = [{ Node: 'C1', CheckID: 'serfHealth', Status: 'passing' }];
	const members = [{ ...member, Tags: tags && { role: 'consul', ...tags } }];
	return decideReading({ checks, members, filtered: false }, 'c1', hosts, emptySnapshot);
}

const none = { tenant: null, storage: null };
const cases: readonly {
	name: string;
	agents: Readonly<Record<string, OwnAgent | null>>;
	expected: Readonly<Record<string, string | null>>;
}[] = [
	{
		name: 'an agent for each network, called as it is',
		agents: { tenant: { id: 'a', dc: 'tenant' }, storage: { id: 'b', dc: 'storage' } },
		expected: none,
	},
	{
		name: 'an agent for each network, called as none is',
		agents: { tenant: { id: 'a', dc: 'dc1' }, storage: { id: 'b', dc: 'dc1' } },
		expected: none,
	},
	{
		name: 'one agent for two networks',
		agents: { tenant: { id: 'a', dc: 'dc1' }, storage: { id: 'a', dc: 'dc1' } },
		expected: {
			tenant: 'the agent of tenant is also that of storage',
			storage: 'the agent of storage is also that of tenant',
		},
	},
	{
		name: "one agent for two networks, one of which is the agent's",
		agents: { tenant: { id: 'a', dc: 'storage' }, storage: { id: 'a', dc: 'storage' } },
		expected: {
			tenant: 'the agent of tenant is also that of storage',
			storage: 'the agent of storage is also that of tenant',
		},
	},
	{
		name: 'swapped agents',
		agents: { tenant: { id: 'a', dc: 'storage' }, storage: { id: 'b', dc: 'Tenant' } },
		expected: {
			tenant: 'its agent belongs to datacenter storage',
			storage: 'its agent belongs to datacenter tenant',
		},
	},
	{
		name: 'an agent of a network that is read by nobody now',
		agents: { tenant: { id: 'a', dc: 'storage' } },
		expected: { tenant: 'its agent belongs to datacenter storage' },
	},
	{
		name: "two agents that derive their id from the host's",
		agents: { tenant: { id: 'a', dc: 'tenant' }, storage: { id: 'a', dc: 'storage' } },
		expected: none,
	},
	{ name: 'agents that do not say who they are', agents: none, expected: none },
	{
		name: 'agents with empty tags',
		agents: { tenant: { id: '', dc: '' }, storage: { id: '', dc: '' } },
		expected: none,
	},
	{
		name: 'one agent twice that does not name its datacenter',
		agents: { tenant: { id: 'a' }, storage: { id: 'a' } },
		expected: {
			tenant: 'the agent of tenant is also that of storage',
			storage: 'the agent of storage is also that of tenant',
		},
	},
];
for (const { name, agents, expected } of cases) {
	test(`${name}: what can be read`, () => {
		const reads: Reads = Object.fromEntries(
			Object.entries(agents).map(([network, tags]) => [network, readOf(tags)]),
		);
		const checked = Object.entries(checkAgents(reads, ['tenant', 'storage']));
		const said = checked.map(([network, read]) => [network, read.ok ? null : read.error]);
		assert.deepEqual(Object.fromEntries(said), expected);
	});
}

test('a network that cannot be read keeps its own reason', () => {
	const reads: Reads = {
		tenant: { ok: false, error: 'no leader' },
		storage: readOf({ id: 'a', dc: 'storage' }),
	};
	assert.deepEqual(checkAgents(reads, ['tenant', 'storage']), reads);
});

test('networks whose agents share a datacenter are named with it', () => {
	const reads = {
		management: readOf({ id: 'a', dc: 'dc1' }),
		tenant: readOf({ id: 'b', dc: 'dc1' }),
		storage: readOf({ id: 'c', dc: 'storage' }),
		backup: readOf(null),
	};
	assert.deepEqual([...sharedDatacenters(reads)], [['dc1', ['management', 'tenant']]]);
});
