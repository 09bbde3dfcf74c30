import type { Stored } from '../../handlers/lib/decide/stored.ts';
import { systemClock } from '../../handlers/lib/io/clock.ts';
import { parseKv } from '../../handlers/lib/schema/kv.ts';
import { parseStored } from '../../handlers/lib/schema/stored.ts';
import type { Cloud } from './cloud.ts';
import { consulGet, consulUntil, type NodeCheck, serfHealth } from './consul-api.ts';
import { eventually } from './eventually.ts';

/** How long anything that is sure to happen may take on a busy machine. */
export const patienceMs = 180_000;

/** The check that says what a controller sees; the service has others. */
export const pipelineCheck = 'hostmonitor-pipeline';

const prefix = 'hostmonitor/';

/** The uptime at a wall time (ms) that somebody recorded on this machine. */
export function uptimeAt(wallMs: number): number {
	return systemClock.uptime() - (systemClock.now() - wallMs) / 1000;
}

/** Where the first controller's agent of a network answers: the demo leaves that host alone. */
export function agentOf({ controllers }: Cloud, network: string): string {
	const [first] = controllers;
	if (first === undefined) throw new Error('a cloud without controllers');
	return first.agent(network).http;
}

/** What the probe finds in the hub's KV, as soon as it finds anything: a blocking query, no sleep. */
export async function untilStored<Found>(
	cloud: Cloud,
	what: string,
	probe: (stored: Stored) => Found | undefined,
): Promise<Found> {
	const found: Found[] = [];
	const look = (body: unknown) => {
		const entries = parseKv(body, prefix).map((entry) => ({
			...entry,
			Key: entry.Key.slice(prefix.length),
		}));
		const one = probe(parseStored(entries, 0));
		if (one !== undefined) found.push(one);
		return one !== undefined;
	};
	const path = `/v1/kv/${prefix}?recurse&consistent`;
	await consulUntil(agentOf(cloud, cloud.hub), path, look, { timeoutMs: patienceMs, what });
	const [first] = found;
	if (first === undefined) throw new Error(`${what}: nothing was found`);
	return first;
}

/** Resolves when the cluster of a network says so of a host's serfHealth. */
export async function untilSerf(
	cloud: Cloud,
	network: string,
	host: string,
	status: 'passing' | 'critical',
): Promise<void> {
	const what = `${host} ${status} on ${network}`;
	const done = (byNode: ReadonlyMap<string, string>) => byNode.get(host) === status;
	await serfHealth(agentOf(cloud, network), done, { timeoutMs: patienceMs, what });
}

/** What the check of a controller says now, from its own agent: the catalog may be minutes behind. */
export async function checkOf(cloud: Cloud, controller: string): Promise<NodeCheck> {
	const { http } = cloud.host(controller).agent(cloud.hub);
	const checks = (await consulGet(http, '/v1/agent/checks')) as Record<string, NodeCheck>;
	const check = checks[pipelineCheck];
	if (check === undefined) throw new Error(`${controller} has no check`);
	return check;
}

/** The first line of any controller's check that names the host, once there is one. */
export function untilCheckNames(
	cloud: Cloud,
	host: string,
): Promise<{ readonly controller: string; readonly line: string }> {
	const ask = async ({ name }: { readonly name: string }) => {
		const { Output } = await checkOf(cloud, name);
		const line = Output.split('\n').find((one) => one.includes(`${host}: `));
		if (line === undefined) throw new Error(`${name}: ${Output}`);
		return { controller: name, line: line.trim() };
	};
	return eventually(() => Promise.any(cloud.controllers.map(ask)), {
		timeoutMs: patienceMs,
		what: `a check that names ${host}`,
	});
}
