import type { Vector } from './health.ts';
import type { HostFacts } from './hosts.ts';
import { decideVerdict } from './matrix.ts';
import type { World } from './world.ts';

/** Down networks on which a host was found to live, by either proof. */
function livesOn({ host, vector }: HostFacts, { settings }: World, found: ReadonlySet<string>) {
	if (!settings.agentProbe) return [];
	return settings.networks.filter((n) => vector[n] === 'down' && found.has(`${host}/${n}`));
}

const refusesOn = (facts: HostFacts, world: World) => livesOn(facts, world, world.refused);

/** Down networks on which its agent answers, whatever gossip says. */
export const answersOn = (facts: HostFacts, world: World): readonly string[] =>
	livesOn(facts, world, world.answered);

/** Whether the matrix would leave it alone if these networks were up. */
function isSpared({ vector }: HostFacts, { settings }: World, on: readonly string[]): boolean {
	const living: Vector = Object.fromEntries(on.map((network) => [network, 'up'] as const));
	return on.length > 0 && decideVerdict(settings.matrix, { ...vector, ...living }) !== 'recovery';
}

/** Whether a dead agent on a living kernel explains its outage. One whose agent answers was cut off by its network. */
export function isDeadAgent(facts: HostFacts, world: World): boolean {
	return isSpared(facts, world, refusesOn(facts, world));
}

/** Holds a host that lives, by its kernel or its agent, on networks without which nothing is to be done. */
export function agentGate(facts: HostFacts, world: World): string | null {
	const [answered, refused] = [answersOn(facts, world), refusesOn(facts, world)];
	if (!isSpared(facts, world, [...answered, ...refused])) return null;
	const names = (list: readonly string[]) => list.join(', ');
	const dead = `restart the consul agent of ${names(refused)} on ${facts.name}`;
	return [
		...(answered.length > 0 ? [`its agent answers on ${names(answered)}, gossip is late`] : []),
		...(refused.length > 0 ? [`its kernel answers on ${names(refused)}: ${dead}`] : []),
	].join('; ');
}
