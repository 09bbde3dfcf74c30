import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import { consulBinary } from '../scripts/lib/consul-binary.ts';
import { type MasakariApi, startMasakariApi } from '../scripts/lib/masakari-api.ts';
import { type Cli, runSource, startCli } from './cli.ts';

let cli: Cli;
let masakari: MasakariApi;

before(async () => {
	masakari = await startMasakariApi({ hosts: ['compute-1'] });
	cli = await startCli(1, { masakari: { endpoint: masakari.url, auth: 'none' } });
});
after(async () => {
	await cli?.close();
	await masakari?.close();
});

/** The controller's configuration with some of it changed. */
function configuration(name: string, changes: object): string {
	const file = join(cli.dir, name);
	const content = JSON.parse(readFileSync(cli.config, 'utf8'));
	writeFileSync(file, JSON.stringify({ ...content, ...changes }));
	return file;
}

test('render writes what an agent takes, absolute, and a second time changes nothing', async () => {
	const out = join(cli.dir, 'rendered/management');
	mkdirSync(out, { recursive: true });
	writeFileSync(join(out, 'own.json'), '{ "data_dir": "/var/lib/consul" }');
	const argv = ['render', '--config', cli.config, '--network', 'management', '--out', out];
	assert.match(await cli.ends(0, ...argv), /^written \/.*\/hostmonitor\.json$/);
	const file = join(out, 'hostmonitor.json');
	assert.ok(readFileSync(file, 'utf8').includes(`"--config",\n\t\t\t\t"${cli.config}"`));
	await execa(consulBinary(), ['validate', '-quiet', out]);
	assert.match(await cli.ends(0, ...argv), /^unchanged \//);
	assert.deepEqual(readdirSync(out).sort(), ['hostmonitor.json', 'own.json']);

	await cli.ends(0, ...argv, '--prefix', 'opt/hm', '--node', '/opt/node/bin/node');
	const args = /"\/opt\/node\/bin\/node",\n\s+"\/opt\/hm\/checks\/pipeline\.js"/;
	assert.match(readFileSync(file, 'utf8'), args);
});

test('render makes the directory, and says what it cannot write', async () => {
	const out = join(cli.dir, 'new/storage');
	const argv = ['render', '--network', 'storage', '--out'];
	await cli.ends(0, ...argv, out);
	assert.deepEqual(readdirSync(out), ['hostmonitor.json']);
	assert.match(await cli.ends(65, ...argv, cli.config), /cannot be written: ENOTDIR/);
	assert.match(await cli.ends(64, 'render', '--network', 'tenant', '--out', out), /no network/);
});

test('validate shows settings and matrix, and online everything that it reads', async () => {
	const text = await cli.ends(0, 'validate');
	assert.match(text, /^ {2}management +storage +action$/m);
	assert.match(text, /^ {2}up +down +recovery$/m);
	const online = await cli.ends(0, 'validate', '--online');
	assert.match(online, /^ {2}storage: agent controller-1, hosts 1 up, 0 down, 0 left, 0 unknown$/m);
	assert.match(online, /^ {2}KV: answers, live controllers: none$/m);
	assert.match(online, /^ {2}Masakari: answers, 1 hosts$/m);
	assert.doesNotMatch(online, /warning/);
});

test('validate --online warns of servers that autopilot cleans up, and of unknown hosts', async () => {
	const file = configuration('servers.yaml', { hosts: { servers: true } });
	const text = await cli.ends(0, 'validate', '--online', '--config', file);
	assert.match(text, /warning: storage: autopilot makes dead servers look like a leave/);
	assert.match(text, /warning: controller-1 is in no failover segment of Masakari/);
});

test('validate --online fails where the agents of one host have different names', async () => {
	const addressOf = (host: string, network: string) => ({
		http_addr: cli.cloud.host(host).agent(network).http,
	});
	const management = addressOf('controller-1', 'management');
	const networks = { management, storage: addressOf('compute-1', 'storage') };
	const file = configuration('mixed.yaml', { networks });
	const error = await cli.ends(69, 'validate', '--online', '--config', file);
	assert.match(error, /different names: controller-1 on management, compute-1 on storage/);
});

test('validate --online fails where agents are swapped', async () => {
	const { http } = cli.cloud.host('controller-1').agent('storage');
	const [storage, management] = [
		{ http_addr: http },
		{ http_addr: cli.cloud.host('controller-1').agent('management').http },
	];
	const swapped = configuration('swapped.yaml', {
		networks: { management: storage, storage: management },
	});
	const error = await cli.ends(69, 'validate', '--online', '--config', swapped);
	assert.match(error, /^storage: its agent belongs to datacenter management$/m);
});

test('each kind of failure has its exit code, and --config wins over the environment', async () => {
	const { http } = cli.cloud.host('controller-1').agent('storage');
	const networks = {
		management: { http_addr: 'http://127.0.0.1:1' },
		storage: { http_addr: http },
	};
	const unreachable = configuration('unreachable.yaml', { networks });
	assert.match(await cli.ends(69, '--config', unreachable, 'status'), /127\.0\.0\.1:1.*refused/);
	const online = await cli.ends(69, 'validate', '--online', '--config', unreachable);
	assert.match(online, /^KV: .*refused/m);
	const wrong = configuration('wrong.yaml', { confirm: 'soon' });
	assert.match(await cli.ends(78, 'status', `--config=${wrong}`), /wrong\.yaml:\d+:\d+: confirm: /);
	assert.match(await cli.ends(78, 'validate', '--config', '/nowhere.yaml'), /\/nowhere\.yaml/);
	assert.match(await cli.ends(64, 'evacuate'), /no command "evacuate"\nsee: hostmonitor --help$/);
	assert.match(await cli.ends(64, 'pause'), /usage: hostmonitor pause --reason TEXT/);
});

test('the source tree runs the same command without a bundle', async () => {
	const { exitCode, stdout, stderr } = await runSource(['--config', cli.config, 'status']);
	assert.deepEqual([exitCode, stderr], [0, '']);
	assert.match(stdout, /^networks\n/);
});
