import { type Compared, isMonitored } from './compared.ts';
import type { MasakariFacts, SegmentHost } from './masakari.ts';
import { isIncluded } from './reading.ts';
import { firstNames, shellWord } from './wording.ts';

/** A host of a segment that Consul does not see, or spells otherwise; who is excluded is meant to be. */
export function hostTexts(host: string, known: SegmentHost, compared: Compared): string[] {
	const { settings, reads, names } = compared;
	if (!isIncluded(host, settings.hosts)) return [];
	const { name, segment } = known;
	const isServer = Object.values(reads).some((read) => read.ok && read.unmonitored.has(host));
	if (isServer) {
		const why = 'a Consul server: not monitored unless hosts.servers is true';
		return [`${name}: in segment ${segment}, and ${why}`];
	}
	const spelled = names.get(host) ?? name;
	const unseen = unseenText(host, known, compared);
	if (spelled === name) return unseen;
	const rename = `set node_name to ${name} in its agents' configuration`;
	return [...unseen, `Masakari spells ${name} what Consul calls ${spelled}: ${rename}`];
}

function unseenText(
	host: string,
	{ name, segment }: SegmentHost,
	{ known, vectors }: Compared,
): string[] {
	const vector = vectors.get(host);
	const unseen = known.filter((network) => (vector?.[network] ?? 'unknown') === 'unknown');
	if (unseen.length === 0) return [];
	const here = `${name}: in segment ${segment}, and`;
	if (unseen.length < known.length) {
		return [`${here} not seen on ${unseen.join(', ')}: start its agent there`];
	}
	const remove = `openstack segment host delete ${shellWord(segment)} ${shellWord(name)}`;
	return [`${here} no network knows it: start its agents, or ${remove}`];
}

/** Hosts that we monitor and Masakari does not know. */
export function strangerTexts(
	{ hosts }: Extract<MasakariFacts, { ok: true }>,
	compared: Compared,
): string[] {
	const strangers = [...compared.vectors.keys()].filter(
		(host) => !hosts.has(host) && isMonitored(compared, host),
	);
	return strangers.sort().map((host) => {
		const name = compared.names.get(host) ?? host;
		const create = `openstack segment host create ${shellWord(name)} COMPUTE SSH SEGMENT`;
		return `${name} is in no failover segment of Masakari: ${create}, or see hosts.exclude`;
	});
}

/** Segments that are off and have hosts that we monitor: Masakari ignores what it is told of them. */
export function disabledTexts(
	hosts: readonly (readonly [string, SegmentHost])[],
	compared: Compared,
): string[] {
	const bySegment = new Map<string, string[]>();
	for (const [host, { name, segment, segment_enabled }] of hosts) {
		if (segment_enabled || !isMonitored(compared, host)) continue;
		bySegment.set(segment, [...(bySegment.get(segment) ?? []), name]);
	}
	return [...bySegment].map(([segment, names]) => {
		const enable = `openstack segment update --is_enabled True ${shellWord(segment)}`;
		return `segment ${segment} is disabled, nobody recovers ${firstNames(names)}: ${enable}`;
	});
}
