import { hostOf, type Reading, type Reads } from '../../handlers/lib/decide/health.ts';
import { decideHosts } from '../../handlers/lib/decide/hosts.ts';
import type { MasakariFacts } from '../../handlers/lib/decide/masakari.ts';
import { hostNameOf } from '../../handlers/lib/decide/names.ts';
import { checkAgents, sharedDatacenters } from '../../handlers/lib/decide/own-agents.ts';
import { emptySnapshot } from '../../handlers/lib/decide/snapshot.ts';
import { ConsulError, messageOf } from '../../handlers/lib/errors.ts';
import { systemClock } from '../../handlers/lib/io/clock.ts';
import { type Consul, jsonOf, openConsul } from '../../handlers/lib/io/consul.ts';
import { readNetwork, readSelf } from '../../handlers/lib/io/consul-network.ts';
import { openMasakari } from '../../handlers/lib/io/masakari.ts';
import type { Config } from '../../handlers/lib/schema/config.ts';
import { valueAt } from '../../handlers/lib/schema/pointer.ts';
import { readStored, type Store } from './store.ts';

/** What a look at everything outside came to. */
export interface Inspection {
	readonly well: readonly string[];
	readonly warnings: readonly string[];
	readonly failures: readonly string[];
}

/** One network's agent: its name, what it shows, and whether it would make dead servers leave. */
interface Inspected {
	readonly network: string;
	readonly self: string;
	readonly reading: Reading;
	readonly cleansServers: boolean;
}

const nothing: Inspection = { well: [], warnings: [], failures: [] };

async function readCleanup(consul: Consul): Promise<boolean> {
	const path = '/v1/operator/autopilot/configuration';
	const answer = jsonOf(await consul.call({ method: 'GET', path }), path);
	const value = valueAt(answer, '/CleanupDeadServers');
	if (typeof value !== 'boolean') throw new ConsulError(`consul: ${path}: not as agreed`);
	return value;
}

async function inspectNetwork(
	network: string,
	{ networks, settings }: Config,
	signal: AbortSignal,
): Promise<Inspected> {
	const address = networks[network];
	if (address === undefined) throw new Error(`no agent of network ${network}`);
	const consul = openConsul(address, signal);
	const self = hostNameOf(await readSelf(consul), settings.nodeNames[network]);
	const reading = await readNetwork(consul, hostOf(self), network, settings, emptySnapshot);
	const cleansServers = settings.hosts.servers && (await readCleanup(consul));
	return { network, self, reading, cleansServers };
}

function judgeNetwork({ network, self, reading, cleansServers }: Inspected): Inspection {
	if (!reading.ok) return { ...nothing, failures: [`${network}: ${reading.error}`] };
	const of = (health: string) => [...reading.nodes.values()].filter((n) => n.health === health);
	const counts = (['up', 'down', 'left', 'unknown'] as const)
		.map((health) => `${of(health).length} ${health}`)
		.join(', ');
	const warnings = cleansServers
		? [
				`${network}: autopilot makes dead servers look like a leave: ` +
					'consul operator autopilot set-config -cleanup-dead-servers=false',
			]
		: [];
	return { well: [`${network}: agent ${self}, hosts ${counts}`], warnings, failures: [] };
}

/** One controller is one name everywhere: networks are matched by it. */
function judgeNames(seen: readonly Inspected[]): Inspection {
	if (new Set(seen.map(({ self }) => hostOf(self))).size <= 1) return nothing;
	const names = seen.map(({ network, self }) => `${self} on ${network}`).join(', ');
	return { ...nothing, failures: [`the agents of this host have different names: ${names}`] };
}

/** As the controllers read them: an agent that stands for another network makes its own unreadable. */
function judgeAgents(reads: Reads, networks: readonly string[]): Inspection {
	const checked = checkAgents(reads, networks);
	const failures = networks.flatMap((network) => {
		const now = checked[network];
		return reads[network]?.ok && now?.ok === false ? [`${network}: ${now.error}`] : [];
	});
	const warnings = [...sharedDatacenters(checked)].map(
		([dc, same]) =>
			`${same.join(', ')} are all called datacenter ${dc}: swapped ports would not be noticed`,
	);
	return { ...nothing, warnings, failures };
}

async function judgeKv(store: Store): Promise<Inspection> {
	const { unreadable, views } = await readStored(store);
	const live = Object.keys(views);
	const well = [`KV: answers, live controllers: ${live.join(', ') || 'none'}`];
	const failures = unreadable.map(({ key, error }) => `${store.config.kvPrefix}/${key}: ${error}`);
	const differ = live.filter((n) => views[n]?.value.configuration !== store.config.digest);
	const warnings = differ.map((name) => `the configuration of ${name} differs from this one`);
	return { well, warnings, failures };
}

/** Masakari compares names with case, and recovers only hosts of its segments. */
function judgeMasakari({ settings }: Config, reads: Reads, facts: MasakariFacts): Inspection {
	if (!facts.ok) return { ...nothing, failures: [`Masakari: ${facts.error}`] };
	const warnings = [...decideHosts(settings, reads, {}).values()].flatMap(({ host, name }) => {
		const known = facts.hosts.get(host);
		if (known === undefined) return [`${name} is in no failover segment of Masakari`];
		return known.name === name ? [] : [`Masakari spells ${known.name} what Consul calls ${name}`];
	});
	const seconds = Math.round(facts.offsetMs / 1000);
	if (Math.abs(seconds) > 5) warnings.push(`this clock is ${seconds} s away from Masakari's`);
	return { ...nothing, well: [`Masakari: answers, ${facts.hosts.size} hosts`], warnings };
}

/** What was not found out is a failure. */
async function attempt(what: string, judge: () => Promise<Inspection>): Promise<Inspection> {
	try {
		return await judge();
	} catch (error) {
		return { ...nothing, failures: [`${what}: ${messageOf(error)}`] };
	}
}

/** Reads every network, the KV and Masakari once, as a controller does. */
export async function inspect(store: Store, signal: AbortSignal): Promise<Inspection> {
	const { config } = store;
	const found = new Map<string, Inspected>();
	const networks = await Promise.all(
		config.settings.networks.map((network) =>
			attempt(network, async () => {
				const inspected = await inspectNetwork(network, config, signal);
				found.set(network, inspected);
				return judgeNetwork(inspected);
			}),
		),
	);
	const seen = config.settings.networks.flatMap((network) => found.get(network) ?? []);
	const reads = Object.fromEntries(seen.map(({ network, reading }) => [network, reading]));
	const masakari = () => openMasakari(config.masakari, { signal }).readFacts(systemClock.now);
	const rest = await Promise.all([
		attempt('KV', () => judgeKv(store)),
		attempt('Masakari', async () => judgeMasakari(config, reads, await masakari())),
	]);
	const agents = judgeAgents(reads, config.settings.networks);
	const all = [...networks, judgeNames(seen), agents, ...rest];
	return {
		well: all.flatMap(({ well }) => well),
		warnings: all.flatMap(({ warnings }) => warnings),
		failures: all.flatMap(({ failures }) => failures),
	};
}
