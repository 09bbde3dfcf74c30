/** Controllers that cannot reach Masakari, or not read a network: each says why, and another delivers. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { eventually } from '../scripts/lib/eventually.ts';
import { type InstalledCloud, patienceMs, startInstalled } from './fixtures/installed-cloud.ts';
import { stopHolder } from './fixtures/lock-key.ts';
import { assertOne, notified, postsOf } from './fixtures/notified.ts';
import { processesOf, signalProcesses } from './fixtures/power-cut.ts';

let cloud: InstalledCloud;
/** Answers every request with the status that its port stands for; one never answers. */
const servers = [401, 403, null].map((status) =>
	createServer((_request, response) => {
		if (status !== null) response.writeHead(status).end();
	}),
);

before(async () => {
	cloud = await startInstalled({ computes: 4 }, { storm: { max_hosts: 100, max_fraction: 1 } });
	for (const server of servers) {
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	}
});
after(async () => {
	for (const server of servers) server.close().closeAllConnections();
	await cloud?.close();
});

function at(i: number): string {
	const address = servers[i]?.address();
	assert.ok(address && typeof address === 'object', 'the server listens');
	return `http://127.0.0.1:${address.port}/v1`;
}

const unable: readonly {
	host: string;
	ways: readonly { endpoint: () => string; error: RegExp }[];
}[] = [
	{
		host: 'compute-1',
		ways: [
			{ endpoint: () => 'http://masakari.invalid/v1', error: /name/ },
			{ endpoint: () => 'http://127.0.0.1:1/v1', error: /connection refused/ },
			{ endpoint: () => cloud.masakari.url.replace('http:', 'https:'), error: /TLS: / },
		],
	},
	{
		host: 'compute-2',
		ways: [
			{ endpoint: () => at(0), error: /401/ },
			{ endpoint: () => at(1), error: /403/ },
			{ endpoint: () => at(2), error: /within \d+ ms/ },
		],
	},
];

const point = (i: number, endpoint: string) =>
	cloud.controllers[i]?.configure({
		confirm: '3s',
		storm: { max_hosts: 100, max_fraction: 1 },
		masakari: { endpoint, auth: 'none' },
	});

for (const { host, ways } of unable) {
	const names = ways.map(({ error }) => error.source).join(', ');
	test(`three that cannot reach Masakari (${names}) say so; the first that can delivers (I2)`, async () => {
		for (const [i, { endpoint }] of ways.entries()) point(i, endpoint());
		await cloud.host(host).kill();
		for (const [i, { error }] of ways.entries()) {
			const { name } = cloud.controllers[i] ?? assert.fail('a controller for each way');
			const { due, held } = await cloud.until(`${name}: ${error}`, ({ views }) => {
				const view = views[name]?.value;
				return view?.masakari?.answers === false && error.test(view.masakari.error ?? '') && view;
			});
			assert.ok(due[host], `${host} is due for ${name}`);
			assert.match(held[host]?.at(-1)?.reason ?? '', error);
		}
		assert.deepEqual(postsOf(cloud.masakari, host), []);
		const able = cloud.controllers[1]?.name;
		point(1, cloud.masakari.url);
		const incident = await cloud.until('sent', notified(host));
		assertOne(cloud.masakari, host, incident);
		assert.deepEqual([incident.attempt.controller, incident.attempt.number], [able, 1]);
	});
}

test('one that cannot read storage leaves it to those who can, and both say so (I1, I2, I5)', async () => {
	for (const i of cloud.controllers.keys()) point(i, cloud.masakari.url);
	const leader = await cloud.leader('storage');
	const blind = cloud.controllers.find((one) => one !== leader) ?? assert.fail('a follower');
	blind.agent('storage').pause();
	await cloud.until('blind', ({ views }) => views[blind.name]?.value.networks['storage']);
	await cloud.host('compute-3').kill();
	const incident = await cloud.until('sent', notified('compute-3'));
	assertOne(cloud.masakari, 'compute-3', incident);
	assert.notEqual(incident.attempt.controller, blind.name);
	await cloud.says(blind, /^critical: storage cannot be read: /m);
	blind.agent('storage').resume();
});

test('stopped with the lock, and woken after another has sent it, it sends nothing (I2)', async () => {
	const { controllers, masakari } = cloud;
	const host = 'compute-4';
	// No verdict depends on tenant here, and every read of it takes three seconds: also those under the lock.
	for (const one of controllers) one.agent('tenant').pause();
	await cloud.host(host).kill();
	const holder = await stopHolder(cloud);
	const stopped = processesOf(holder);
	for (const one of controllers) one.agent('tenant').resume();
	const incident = await cloud.until('sent', notified(host, 'finished'));
	assert.notEqual(incident.attempt.controller, holder.name);
	const asleep = processesOf(holder).filter((pid) => stopped.includes(pid));
	assert.ok(asleep.length > 0, 'it is still there, and stopped');
	signalProcesses(holder, 'SIGCONT');
	await eventually(() => !processesOf(holder).some((pid) => stopped.includes(pid)), {
		timeoutMs: patienceMs,
	});
	assertOne(masakari, host, incident);
	assert.equal(postsOf(masakari, host).length, 1);
});
