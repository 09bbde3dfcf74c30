/** Watches whose leader was away go on sleeping when it is back: the check does the work of all meanwhile. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Host } from '../scripts/lib/cloud-host.ts';
import { eventually } from '../scripts/lib/eventually.ts';
import { type InstalledCloud, startInstalled } from './fixtures/installed-cloud.ts';
import { assertOne, notified } from './fixtures/notified.ts';

let cloud: InstalledCloud;
let controller: Host;
/** Without it no network has a leader; it has no watches of its own, which would help. */
let other: Host;

before(async () => {
	cloud = await startInstalled({ controllers: 2, plugged: 1, computes: 1 }, {});
	[controller = assert.fail('a controller'), other = assert.fail('another')] = cloud.controllers;
});
after(() => cloud?.close());

/** Resolves when the agent says that a watch will ask again in three minutes, the longest it waits. */
const untilAsleep = (network: string, type: string) => {
	const asleep = new RegExp(`Watch errored: type=${type} .*retry=3m0s`);
	const what = `${type} on ${network} asleep`;
	const patience = { timeoutMs: 600_000, everyMs: 1000, what };
	return eventually(() => asleep.test(controller.agent(network).logs()), patience);
};

test('a host that dies when the leaders are back is told while all watches sleep, and the check says that they do (I1, I2)', async () => {
	await other.kill();
	// The query that each has open may go on for minutes before it fails for the first time.
	for (const agent of controller.agents) await agent.reload();
	for (const network of cloud.networks) await untilAsleep(network, 'checks');
	await untilAsleep(cloud.hub, 'keyprefix');
	await other.start();
	for (const network of cloud.networks) await cloud.leader(network);
	await cloud.host('compute-1').kill();
	assertOne(cloud.masakari, 'compute-1', await cloud.until('sent', notified('compute-1')));
	const said = (network: string) =>
		new RegExp(`^warning: snapshot-network ${network} did not run after a change: `, 'm');
	await Promise.all(cloud.networks.map((network) => cloud.says(controller, said(network))));
});
