import { hostOf, type Reading, type Reads } from '../../handlers/lib/decide/health.ts';
import { decideMasakariFindings } from '../../handlers/lib/decide/masakari-check.ts';
import { hostNameOf } from '../../handlers/lib/decide/names.ts';
import type { Finding } from '../../handlers/lib/decide/report.ts';
import { emptySnapshot } from '../../handlers/lib/decide/snapshot.ts';
import type { Stored } from '../../handlers/lib/decide/stored.ts';
import { ConsulError, messageOf } from '../../handlers/lib/errors.ts';
import { authorizeBy } from '../../handlers/lib/io/authorize.ts';
import { systemClock } from '../../handlers/lib/io/clock.ts';
import { type Consul, jsonOf, openConsul } from '../../handlers/lib/io/consul.ts';
import { readNetwork, readSelf } from '../../handlers/lib/io/consul-network.ts';
import { type MasakariOptions, openMasakari } from '../../handlers/lib/io/masakari.ts';
import type { Run } from '../../handlers/lib/run.ts';
import type { Config } from '../../handlers/lib/schema/config.ts';
import { valueAt } from '../../handlers/lib/schema/pointer.ts';
import { parseStored } from '../../handlers/lib/schema/stored.ts';
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

function judgeKv(store: Store, { unreadable, views }: Stored): Inspection {
	const live = Object.keys(views);
	const well = [`KV: answers, live controllers: ${live.join(', ') || 'none'}`];
	const failures = unreadable.map(({ key, error }) => `${store.config.kvPrefix}/${key}: ${error}`);
	const differ = live.filter((n) => views[n]?.value.configuration !== store.config.digest);
	const warnings = differ.map((name) => `the configuration of ${name} differs from this one`);
	return { well, warnings, failures };
}

/** What checks/masakari says, and in mode observe also whether notifications would be taken. */
async function judgeMasakari(
	{ masakari: address, settings }: Config,
	{ reads, stored }: { reads: Reads; stored: Stored },
	options: MasakariOptions,
): Promise<Inspection> {
	const { now } = systemClock;
	const masakari = openMasakari(address, options);
	const [facts, right] = await Promise.all([masakari.readFacts(now), masakari.mayNotify(now)]);
	const found = decideMasakariFindings({ settings, reads, stored, now: now() }, facts, right);
	const textsOf = (wanted: Finding['level']) =>
		found.flatMap(({ level, text }) => (level === wanted ? [text] : []));
	const well = facts.ok ? [`Masakari: answers, ${facts.hosts.size} hosts`] : [];
	return { well, warnings: textsOf(1), failures: textsOf(2) };
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
export async function inspect(store: Store, { env, signal }: Run): Promise<Inspection> {
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
	const stored = readStored(store);
	// Without the KV, what the networks show now is compared.
	const known = stored.catch(() => parseStored([], 0));
	// A token that is kept would not show that one can be had.
	const auth = authorizeBy(config, env, { signal }, { kept: false });
	const rest = await Promise.all([
		attempt('KV', async () => judgeKv(store, await stored)),
		attempt('Masakari', async () =>
			judgeMasakari(config, { reads, stored: await known }, { signal, auth }),
		),
	]);
	const all = [...networks, judgeNames(seen), ...rest];
	return {
		well: all.flatMap(({ well }) => well),
		warnings: all.flatMap(({ warnings }) => warnings),
		failures: all.flatMap(({ failures }) => failures),
	};
}
