import type { Reads } from '../../handlers/lib/decide/health.ts';
import { decideMasakariFindings } from '../../handlers/lib/decide/masakari-check.ts';
import type { Finding } from '../../handlers/lib/decide/report.ts';
import type { Stored } from '../../handlers/lib/decide/stored.ts';
import { messageOf } from '../../handlers/lib/errors.ts';
import { authorizeBy } from '../../handlers/lib/io/authorize.ts';
import { systemClock } from '../../handlers/lib/io/clock.ts';
import { type MasakariOptions, openMasakari } from '../../handlers/lib/io/masakari.ts';
import type { Run } from '../../handlers/lib/run.ts';
import type { Config } from '../../handlers/lib/schema/config.ts';
import { parseStored } from '../../handlers/lib/schema/stored.ts';
import { readStored, type Store } from './store.ts';
import {
	type Inspected,
	type Inspection,
	inspectNetwork,
	judgeAgents,
	judgeNames,
	judgeNetwork,
	nothing,
} from './validate-network.ts';

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
	const agents = judgeAgents(reads, config.settings.networks);
	const all = [...networks, judgeNames(seen), agents, ...rest];
	return {
		well: all.flatMap(({ well }) => well),
		warnings: all.flatMap(({ warnings }) => warnings),
		failures: all.flatMap(({ failures }) => failures),
	};
}
