import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfig } from '../../handlers/lib/io/config.ts';
import { type Cloud, startCloud } from './cloud.ts';
import { consulUntil, type NodeCheck } from './consul-api.ts';
import type { Teller } from './demo-tell.ts';
import { agentOf, patienceMs, pipelineCheck, untilStored } from './demo-watch.ts';
import { type MasakariApi, startMasakariApi } from './masakari-api.ts';

/** Where the story happens, and who plays which part. */
export interface Demo {
	readonly cloud: Cloud;
	readonly masakari: MasakariApi;
	readonly teller: Teller;
	/** Loses one network. */
	readonly cut: string;
	/** Dies, and comes back. */
	readonly killed: string;
	/** Is shut down as planned. */
	readonly leaving: string;
	readonly confirmSeconds: number;
	close(): Promise<void>;
}

const [cut, killed, leaving, spare] = ['compute-1', 'compute-2', 'compute-3', 'compute-4'] as const;
const computes = [cut, killed, leaving, spare];

/** What runs on the controllers. */
export const dist = resolve(import.meta.dirname, '../../dist');

/** The first controller's configuration, for all that is asked through its agents. */
export function configFileOf({ controllers }: Cloud): string {
	return join(controllers[0]?.dir ?? '', 'hostmonitor.yaml');
}

/** Starts all there is; what it starts also ends with this process. */
export async function setUp(teller: Teller): Promise<Demo> {
	if (!existsSync(join(dist, 'checks/pipeline.js'))) throw new Error('no dist/: npm run build');
	const { tell } = teller;
	teller.heading('Set-up');
	const masakari = await startMasakariApi({ hosts: computes });
	tell('masakari_ready', `a Masakari API at ${masakari.url}`, { url: masakari.url });
	const cloud = await startCloud({ computes: computes.length, args: ['-ui'] });
	const { networks, controllers } = cloud;
	tell(
		'clusters_ready',
		`three Consul clusters on loopback: ${networks.join(', ')}\n` +
			'3 controllers and 4 compute hosts, each with an agent in every cluster',
		{ networks, directory: cloud.dir },
	);
	const settings = { masakari: { endpoint: masakari.url, auth: 'none' } };
	await Promise.all(controllers.map((one) => cloud.install(one, { settings })));
	tell('plugins_installed', 'the plugin set on the controllers, one `consul reload` an agent');
	const config = await loadConfig(configFileOf(cloud));
	const confirmSeconds = config.settings.confirmMs / 1000;
	const close = async () => {
		await cloud.close();
		await masakari.close();
	};
	return { cloud, masakari, teller, cut, killed, leaving, confirmSeconds, close };
}

/** Resolves when every controller sees all hosts up, and its check is passing. */
export async function untilReady({ cloud, teller }: Pick<Demo, 'cloud' | 'teller'>): Promise<void> {
	const { networks, controllers, computes, hub } = cloud;
	await untilStored(cloud, 'all hosts up in every view', ({ views, snapshots }) => {
		const up = networks.every((network) => snapshots[network]?.value.up.length === computes.length);
		const seen = controllers.every(({ name }) => {
			const view = views[name]?.value;
			return view && networks.every((network) => view.networks[network] === null);
		});
		return (up && seen) || undefined;
	});
	const passing = (body: unknown) => {
		const checks = (body as NodeCheck[]).filter(({ CheckID }) => CheckID === pipelineCheck);
		const well = checks.filter(({ Status }) => Status === 'passing');
		return well.length === controllers.length;
	};
	const path = '/v1/health/checks/hostmonitor?consistent';
	const patience = { timeoutMs: patienceMs, what: 'a passing check on every controller' };
	await consulUntil(agentOf(cloud, hub), path, passing, patience);
	teller.tell(
		'ready',
		`every controller sees ${computes.length} hosts up on all networks; its check is passing`,
	);
}
