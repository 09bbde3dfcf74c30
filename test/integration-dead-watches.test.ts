/** Watches that are gone, hang, or run nothing: the check does their work, and says that they are dead. */
import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { snapshotWatch } from '../handlers/lib/decide/watches.ts';
import type { Host } from '../scripts/lib/cloud-host.ts';
import { eventually } from '../scripts/lib/eventually.ts';
import { type InstalledCloud, patienceMs, startInstalled } from './fixtures/installed-cloud.ts';
import { assertOne, notified } from './fixtures/notified.ts';
import { processesOf } from './fixtures/power-cut.ts';

let cloud: InstalledCloud;
let controller: Host;

before(async () => {
	cloud = await startInstalled({ controllers: 1, computes: 4, ownBundles: true }, {});
	controller = cloud.controllers[0] ?? assert.fail('there is a controller');
});
after(() => cloud?.close());

const isDown = (host: string, network: string) =>
	cloud.until(`${host} down on ${network}`, ({ snapshots }) =>
		snapshots[network]?.value.down.includes(host),
	);

/** Waits until the check says nothing of dead watches any more. */
const silent = () =>
	eventually(async () => !/did not run/.test((await cloud.says(controller)).Output), {
		timeoutMs: patienceMs,
	});

/** Handlers of the controller whose command holds this. */
const running = (command: string) =>
	processesOf(controller).filter((pid) => {
		try {
			return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').join(' ').includes(command);
		} catch {
			return false; // It ended meanwhile.
		}
	});

// The first: every change before it has been answered.
test('a handler that hangs holds its watch up: the check writes the snapshot and says so', async () => {
	const bundle = join(cloud.prefix, 'handlers/snapshot-network.js');
	const good = join(cloud.dir, 'snapshot-network.js');
	const agent = cloud.host('compute-3').agent('tenant');
	// One that still ran could see the death, and answer for the one that hangs.
	await cloud.until('the watch has run', ({ runs }) => {
		return runs[controller.name]?.value.ran[snapshotWatch('tenant')];
	});
	await eventually(() => running('--network tenant').length === 0, { timeoutMs: patienceMs });
	renameSync(bundle, good);
	// It ends with the cloud, whose mark it has inherited.
	writeFileSync(bundle, 'process.stdin.resume();\nsetInterval(() => {}, 60_000);\n');
	await agent.kill();
	await isDown('compute-3', 'tenant');
	const hung = await eventually(() => running('--network tenant')[0], { timeoutMs: patienceMs });
	await cloud.says(controller, /compute-3: tenant down: left alone by the matrix/);
	await cloud.says(controller, /^warning: snapshot-network tenant did not run after a change: /m);
	assert.deepEqual(running('--network tenant'), [hung], 'it hangs still, and none beside it');
	renameSync(good, bundle);
	// Not only this one: the hub's own checks fire its watch.
	for (const pid of running(bundle)) process.kill(pid, 'SIGKILL');
	// Its watch lives: the next change runs the handler that was put back.
	await agent.start();
	await cloud.says(controller, /^4 hosts on 3 networks/);
});

test('a reload that failed leaves no watch: the check writes the snapshot and says so', async () => {
	const agent = controller.agent('tenant');
	const broken = join(agent.configDir, 'broken.json');
	writeFileSync(broken, JSON.stringify({ watches: [{ type: 'nonsense', args: ['/bin/true'] }] }));
	await assert.rejects(agent.reload());
	await cloud.host('compute-1').agent('tenant').kill();
	await isDown('compute-1', 'tenant');
	await cloud.says(controller, /compute-1: tenant down: left alone by the matrix/);
	await cloud.says(controller, /^warning: snapshot-network tenant did not run after a change: /m);
	rmSync(broken);
	await agent.reload();
	await silent();
	await cloud.host('compute-1').agent('tenant').start();
});

test('without the files of both handlers, a host that dies is notified all the same', async () => {
	const away = join(cloud.dir, 'away');
	const handlers = join(cloud.prefix, 'handlers');
	renameSync(handlers, away);
	await cloud.host('compute-2').kill();
	assertOne(cloud.masakari, 'compute-2', await cloud.until('sent', notified('compute-2')));
	await cloud.says(controller, /^warning: snapshot-network storage did not run after a change: /m);
	renameSync(away, handlers);
	await cloud.configure({});
	await silent();
});
