import { hostOf } from './decide/health.ts';
import { hostNameOf } from './decide/names.ts';
import { authorizeBy } from './io/authorize.ts';
import { readBootId, systemClock } from './io/clock.ts';
import { configPath, loadConfig } from './io/config.ts';
import { openConsul } from './io/consul.ts';
import { openKv } from './io/consul-kv.ts';
import { readNetworks, readSelf } from './io/consul-network.ts';
import { openFence } from './io/fence.ts';
import { openMasakari } from './io/masakari.ts';
import { knock } from './io/probe.ts';
import { shareSignal } from './io/shared-signal.ts';
import type { Run } from './run.ts';
import type { Config } from './schema/config.ts';
import type { Surroundings } from './surroundings.ts';

/** How long a serf port may take to answer before it proves nothing. */
const probeMs = 1000;
/** What an executable's own deadline leaves to its parts. */
export interface Limits {
	/** Seconds after the start in which a POST may begin, so that the deadline cuts none. */
	readonly lastPostSeconds: number;
	/** Seconds after the start by which every fence agent has ended. */
	readonly fenceSeconds: number;
	/** Longest wait for one GET of Masakari's, ms. */
	readonly masakariMs: number;
}

/** The real surroundings of an executable: the configuration, this controller's agents, Masakari. */
export async function openSurroundings(
	{ argv, env, signal, log }: Run,
	limits: Limits,
): Promise<Surroundings & { readonly config: Config }> {
	const startedAt = systemClock.uptime();
	const lastPost = startedAt + limits.lastPostSeconds;
	const config = await loadConfig(configPath(argv, env));
	const { settings, digest, kvPrefix } = config;
	const agents = Object.fromEntries(
		Object.entries(config.networks).map(([name, address]) => [name, openConsul(address, signal)]),
	);
	const agentOf = (network: string) => {
		const agent = agents[network];
		if (agent === undefined) throw new Error(`no agent of network ${network}`);
		return agent;
	};
	const hub = config.networks[settings.hub];
	if (hub === undefined) throw new Error(`no agent of the hub ${settings.hub}`);
	const timeoutMs = settings.fencing.mode === 'none' ? 0 : settings.fencing.timeoutMs;
	const auth = authorizeBy(config, env, { signal, timeoutMs: limits.masakariMs });
	const node = await readSelf(agentOf(settings.hub));
	const self = hostOf(hostNameOf(node, settings.nodeNames[settings.hub]));
	return {
		...{ config, settings, digest, self, log, lastPost },
		readNetworks: (stored, only = settings.networks, before = {}) =>
			readNetworks(agentOf, self, settings, { stored, only, before }),
		fenceUntil: startedAt + limits.fenceSeconds,
		fence: openFence(config.fencingFile, { timeoutMs, signal }),
		bootId: readBootId(),
		clock: systemClock,
		kv: openKv(agentOf(settings.hub), kvPrefix),
		// What is learnt of a POST is recorded even though the run is being ended; each call has its timeout.
		lastWords: openKv(openConsul(hub, shareSignal(new AbortController().signal)), kvPrefix),
		masakari: openMasakari(config.masakari, { signal, getTimeoutMs: limits.masakariMs, auth }),
		knock: (serf) => knock(serf, probeMs, signal),
	};
}
