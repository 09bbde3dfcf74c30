import type { PowerReading } from './fencing.ts';
import type { Vector } from './health.ts';
import type { Finding } from './report.ts';

/** What the BMCs said, by host; null where there was no time left to ask: a later run begins there. */
export type Asked = ReadonlyMap<string, PowerReading | null>;

/**
 * Hosts in the order in which this run asks them. It begins where the clock says, `perPeriod` hosts further
 * for each period: runs at most a period apart that ask so many each leave nobody out, and store nothing.
 */
export function askingOrder(
	hosts: Iterable<string>,
	now: number,
	{ perPeriod, periodMs }: { readonly perPeriod: number; readonly periodMs: number },
): string[] {
	const sorted = [...hosts].sort();
	const start = Math.floor((now / periodMs) * perPeriod) % Math.max(1, sorted.length);
	return [...sorted.slice(start), ...sorted.slice(0, start)];
}

/** How many were asked, and how many there was no time for: no fault of theirs. */
export function askedText(asked: Asked): { readonly well: string; readonly note: string | null } {
	const left = [...asked.values()].filter((reading) => reading === null).length;
	const well = `${asked.size - left} BMCs answer`;
	if (left === 0) return { well, note: null };
	const note = `${left} of ${asked.size} BMCs were left to later runs`;
	return { well: `${well}, ${left} left to later runs`, note };
}

/**
 * What an operator should know of BMCs before the night they are needed: those that do not answer, hosts
 * without one, and one that says off of a host that is up: it may be another host's.
 */
export function decideBmcFindings(
	asked: Asked,
	vectors: ReadonlyMap<string, Vector>,
	named: ReadonlySet<string>,
): Finding[] {
	const findings = [...asked].flatMap(([host, reading]): Finding[] => {
		const vector = vectors.get(host);
		if (reading === null) return [];
		if (reading.kind === 'error') return [{ level: 2, text: `${host}: ${reading.error}` }];
		const up = Object.keys(vector ?? {}).filter((network) => vector?.[network] === 'up');
		if (reading.kind === 'on' || up.length === 0) return [];
		const text = `${host}: its BMC says off, and it is up on ${up.join(', ')}: is it another host's?`;
		return [{ level: 1, text }];
	});
	for (const host of named) {
		if (vectors.has(host)) continue;
		findings.push({ level: 1, text: `${host}: has a fence agent, and no network knows it` });
	}
	return findings.sort((a, b) => b.level - a.level || (a.text < b.text ? -1 : 1));
}
