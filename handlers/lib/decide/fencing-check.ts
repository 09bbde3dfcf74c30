import type { PowerReading } from './fencing.ts';
import type { Vector } from './health.ts';
import type { Finding } from './report.ts';

/** What the BMCs said, by host; null where there was no time left to ask. */
export type Asked = ReadonlyMap<string, PowerReading | null>;

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
		if (reading === null) return [{ level: 2, text: `${host}: not asked, the time was over` }];
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
