import type { HostFacts } from './hosts.ts';
import type { Incident } from './incident.ts';
import { keyOf } from './keys.ts';
import { decideVerdict } from './matrix.ts';
import { outagesOf } from './relapse.ts';
import type { Finding } from './report.ts';
import type { World } from './world.ts';

/**
 * Networks on which a notified host is down by another write of its serfHealth than when it was notified,
 * where the verdict rests on them; empty where it is the same outage, or nobody knows.
 */
function changedSince(incident: Incident, facts: HostFacts, { settings, reads }: World): string[] {
	const { state, outages = {} } = incident;
	if (state !== 'notified') return [];
	const changed = Object.entries(outagesOf(facts, reads)).flatMap(([network, index]) =>
		outages[network] !== undefined && outages[network] !== index ? [network] : [],
	);
	const without = Object.fromEntries(changed.map((network) => [network, 'up' as const]));
	const stands = decideVerdict(settings.matrix, { ...facts.vector, ...without }) === 'recovery';
	return stands ? [] : changed;
}

/**
 * Notified hosts that may be down a second time, and are not notified of it: the hub was restored to the
 * first time, or the host was up for shorter than `confirm`. Only said: a restore of that network's own
 * cluster writes the same outage anew.
 */
export function missedOutages(world: World, hosts: ReadonlyMap<string, HostFacts>): Finding[] {
	return Object.entries(world.stored.incidents).flatMap(([host, { value }]): Finding[] => {
		const facts = hosts.get(host);
		const networks = facts ? changedSince(value, facts, world) : [];
		if (facts?.verdict !== 'recovery' || networks.length === 0) return [];
		const text =
			`${value.name}: its ${networks.join(', ')} outage was written anew since it was notified ` +
			`(${value.uuid}): it failed again, or that network's Consul was restored; if it failed again, ` +
			`recover it by hand, or delete its KV key hosts/${keyOf(host)}, and it is due anew`;
		return [{ level: value.acknowledged ? 1 : 2, text }];
	});
}
