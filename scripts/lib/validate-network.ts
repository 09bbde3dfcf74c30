import { hostOf, type Reading, type Reads } from '../../handlers/lib/decide/health.ts';
import { hostNameOf } from '../../handlers/lib/decide/names.ts';
import { checkAgents, sharedDatacenters } from '../../handlers/lib/decide/own-agents.ts';
import { emptySnapshot } from '../../handlers/lib/decide/snapshot.ts';
import { ConsulError, messageOf } from '../../handlers/lib/errors.ts';
import { type Consul, jsonOf, openConsul } from '../../handlers/lib/io/consul.ts';
import { readNetwork, readSelf } from '../../handlers/lib/io/consul-network.ts';
import type { Config } from '../../handlers/lib/schema/config.ts';
import { valueAt } from '../../handlers/lib/schema/pointer.ts';

/** What a look at everything outside came to. */
export interface Inspection {
	readonly well: readonly string[];
	readonly warnings: readonly string[];
	readonly failures: readonly string[];
}

/** One network's agent: its name, what it shows, and whether it would make dead servers leave, or why nobody knows. */
export interface Inspected {
	readonly network: string;
	readonly self: string;
	readonly reading: Reading;
	readonly cleansServers: boolean | string;
}

export const nothing: Inspection = { well: [], warnings: [], failures: [] };

async function readCleanup(consul: Consul): Promise<boolean> {
	const path = '/v1/operator/autopilot/configuration';
	const answer = jsonOf(await consul.call({ method: 'GET', path }), path);
	const value = valueAt(answer, '/CleanupDeadServers');
	if (typeof value !== 'boolean') throw new ConsulError(`consul: ${path}: not as agreed`);
	return value;
}

export async function inspectNetwork(
	network: string,
	{ networks, settings }: Config,
	signal: AbortSignal,
): Promise<Inspected> {
	const address = networks[network];
	if (address === undefined) throw new Error(`no agent of network ${network}`);
	const consul = openConsul(address, signal);
	const node = await readSelf(consul);
	const self = hostNameOf(node, settings.nodeNames[network]);
	const reading = await readNetwork(consul, hostOf(self), network, settings, emptySnapshot);
	const cleansServers = settings.hosts.servers && (await readCleanup(consul).catch(messageOf));
	return { network, self, reading, cleansServers };
}

export function judgeNetwork({ network, self, reading, cleansServers }: Inspected): Inspection {
	if (!reading.ok) return { ...nothing, failures: [`${network}: ${reading.error}`] };
	const of = (health: string) => [...reading.nodes.values()].filter((n) => n.health === health);
	const counts = (['up', 'down', 'left', 'unknown'] as const)
		.map((health) => `${of(health).length} ${health}`)
		.join(', ');
	const warnings = cleansServers === false ? [] : [`${network}: ${cleanupText(cleansServers)}`];
	return { well: [`${network}: agent ${self}, hosts ${counts}`], warnings, failures: [] };
}

/** What is wrong with an autopilot that makes dead servers leave, or says nothing. */
function cleanupText(answer: true | string): string {
	return answer === true
		? 'autopilot makes dead servers look like a leave: ' +
				'consul operator autopilot set-config -cleanup-dead-servers=false'
		: `whether autopilot makes dead servers look like a leave is not known: ${answer}`;
}

/** One controller is one name everywhere: networks are matched by it. */
export function judgeNames(seen: readonly Inspected[]): Inspection {
	if (new Set(seen.map(({ self }) => hostOf(self))).size <= 1) return nothing;
	const names = seen.map(({ network, self }) => `${self} on ${network}`).join(', ');
	return { ...nothing, failures: [`the agents of this host have different names: ${names}`] };
}

/** As the controllers read them: an agent that stands for another network makes its own unreadable. */
export function judgeAgents(reads: Reads, networks: readonly string[]): Inspection {
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
