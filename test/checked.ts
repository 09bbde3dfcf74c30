import assert from 'node:assert/strict';
import type { View } from '../handlers/lib/decide/view.ts';
import { type Cloud, type CloudOptions, startCloud } from '../scripts/lib/cloud.ts';
import type { Host } from '../scripts/lib/cloud-host.ts';
import { computeNames } from '../scripts/lib/cloud-hosts.ts';
import { serfHealth } from '../scripts/lib/consul-api.ts';
import { eventually } from '../scripts/lib/eventually.ts';
import {
	type MasakariApi,
	type MasakariOptions,
	startMasakariApi,
} from '../scripts/lib/masakari-api.ts';
import { runBundle } from './bundle.ts';
import { type HubKv, openHubKv } from './hub-kv.ts';

/** What a check said. */
export interface Said {
	readonly exitCode: number | undefined;
	readonly text: string;
}

/** A small cloud whose controller-1 runs its checks whenever a test asks for it, and never else. */
export interface Checked {
	readonly cloud: Cloud;
	readonly controller: Host;
	readonly masakari: MasakariApi;
	readonly kv: HubKv;
	/** Changes hostmonitor.yaml; what is not given is as it was at the start. */
	configure(settings?: Readonly<Record<string, unknown>>): void;
	/** Runs checks/pipeline, or the check that is named. */
	check(name?: string): Promise<Said>;
	/** Runs it until it says this, and gives all that it said. */
	until(exitCode: number, line: RegExp, name?: string): Promise<Said>;
	/** Runs it until it has seen the host due for more than three times as long as `confirm` is. */
	untilConfirmed(host: string): Promise<Said>;
	/** Kills a host's agent on a network and waits until that cluster calls it critical. */
	kill(host: string, network: string): Promise<void>;
	/** Starts it again and waits until that cluster calls the host passing. */
	revive(host: string, network: string): Promise<void>;
	/** POSTs that reached Masakari. */
	posted(): number;
	close(): Promise<void>;
}

const confirmSeconds = 1;

export async function startChecked(
	options: CloudOptions,
	serving: Partial<MasakariOptions> = {},
): Promise<Checked> {
	const hosts = computeNames(options.computes ?? 0);
	const masakari = await startMasakariApi({ hosts, ...serving });
	const cloud = await startCloud({
		networks: ['management', 'storage'],
		gossip: 'fast',
		...options,
	});
	const controller = cloud.host('controller-1');
	const kv = openHubKv(controller.agent(cloud.hub).http);
	let config = '';
	const configure = (settings: Readonly<Record<string, unknown>> = {}) => {
		const own = { endpoint: masakari.url, auth: 'none' };
		const confirm = `${confirmSeconds}s`;
		config = controller.configure({ masakari: own, confirm, ...settings });
	};
	configure();
	const check = async (name = 'pipeline') => {
		const args = ['--config', config];
		const { exitCode, stdout, stderr } = await runBundle(`checks/${name}`, args, '');
		assert.equal(stderr, '', 'a check logs nothing');
		assert.ok((stdout.split('\n')[0] ?? '').length < 80, `a long first line: ${stdout}`);
		assert.ok(Buffer.byteLength(stdout) < 4096, 'Consul would cut the verdict off');
		return { exitCode, text: stdout };
	};
	const until = (wanted: (said: Said) => boolean | Promise<boolean>, what: string, name?: string) =>
		eventually(
			async () => {
				const said = await check(name);
				if (await wanted(said)) return said;
				throw new Error(`exit ${said.exitCode}: ${said.text}`);
			},
			{ timeoutMs: 60_000, what },
		);
	const called = async (status: string, host: string, network: string) => {
		const last = cloud.controllers.at(-1) ?? controller;
		await serfHealth(last.agent(network).http, (byNode) => byNode.get(host) === status);
	};
	return {
		...{ cloud, controller, masakari, kv, configure, check },
		until: (exitCode, line, name) =>
			until((said) => said.exitCode === exitCode && line.test(said.text), String(line), name),
		untilConfirmed: (host) =>
			until(async () => {
				const stored = await kv.get('controllers/controller-1');
				const { due }: View = JSON.parse(stored?.text ?? '{"due":{}}');
				const { first_seen = 0, last_seen = 0 } = due[host] ?? {};
				return last_seen - first_seen > 3 * confirmSeconds;
			}, `${host} confirmed`),
		kill: async (host, network) => {
			await cloud.host(host).agent(network).kill();
			await called('critical', host, network);
		},
		revive: async (host, network) => {
			await cloud.host(host).agent(network).start();
			await called('passing', host, network);
		},
		posted: () => masakari.calls.filter(({ method }) => method === 'POST').length,
		close: async () => {
			await cloud.close();
			await masakari.close();
		},
	};
}
