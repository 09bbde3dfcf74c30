import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConsulError } from '../handlers/lib/errors.ts';
import type { ConsulCall } from '../handlers/lib/io/consul.ts';
import { readNetworks } from '../handlers/lib/io/consul-network.ts';
import { networks, readsOf, settings, storedOf } from './fixtures/world.ts';

test('a network that could not be read gets half a second in the next look of the run, others all', async () => {
	const asked: (readonly [string, ConsulCall])[] = [];
	const agentOf = (network: string) => ({
		call: async (call: ConsulCall) => {
			asked.push([network, call]);
			throw new ConsulError('no answer');
		},
	});
	const limits = async (before = {}) => {
		asked.length = 0;
		const known = { stored: storedOf(), only: networks, before };
		await readNetworks(agentOf, 'c1', settings, known);
		return asked.map(([network, { timeoutMs }]) => [network, timeoutMs]).sort();
	};
	const twice = (network: string, limit?: number) => [
		[network, limit],
		[network, limit],
	];
	const [hub, tenant, storage] = networks;
	const first = [...twice(hub), ...twice(storage), ...twice(tenant)];
	assert.deepEqual(await limits(), first, 'the first look');
	const again = [...twice(hub), ...twice(storage), ...twice(tenant, 500)];
	assert.deepEqual(await limits(readsOf({}, ['tenant'])), again, 'the next one');
});
