import { type Compared, isMonitored } from './compared.ts';
import { isIncluded, isNamed, isUsable } from './included.ts';
import type { MasakariFacts, SegmentHost } from './masakari.ts';
import { isNotifiable, notifiable } from './names.ts';
import { firstNames, shellWord, shorten } from './wording.ts';

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
	const respell = `set node_name to ${name} in its agents' configuration`;
	return [...unseen, `Masakari spells ${name} what Consul calls ${spelled}: ${respell}`];
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

/** A name of which the rest of the line is still to be read. */
const longestShown = 60;

const rename = 'rename its node, or see node_names';

/** Hosts that we monitor and Masakari takes no notification of: it would refuse the first with 400. */
export function misnamedTexts(compared: Compared): string[] {
	const monitored = [...compared.vectors.keys()].filter((host) => isMonitored(compared, host));
	const names = monitored.map((host) => compared.names.get(host) ?? host);
	const misnamed = names.filter((name) => !isNotifiable(name)).sort();
	return misnamed.map((name) => {
		const shown = shorten(name, longestShown);
		return `${shown}: Masakari takes no host of this name, only ${notifiable}: ${rename}`;
	});
}

/** Hosts that the configuration names, and of which KV could hold nothing. */
export function unusableTexts({ settings, reads }: Compared): string[] {
	const without = Object.values(reads).flatMap((read) => (read.ok ? [...read.unmonitored] : []));
	const named = [...new Set(without)].filter((host) => isNamed(host, settings.hosts));
	const unusable = named.filter((host) => !isUsable(host)).sort();
	return unusable.map((host) => {
		return `${shorten(host, longestShown)}: nobody monitors a host of this name: ${rename}`;
	});
}

/** Hosts that we monitor and Masakari does not know; who has to be renamed is told that first. */
export function strangerTexts(
	{ hosts }: Extract<MasakariFacts, { ok: true }>,
	compared: Compared,
): string[] {
	const strangers = [...compared.vectors.keys()].filter(
		(host) => !hosts.has(host) && isMonitored(compared, host),
	);
	const names = strangers.sort().map((host) => compared.names.get(host) ?? host);
	return names.filter(isNotifiable).map((name) => {
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
