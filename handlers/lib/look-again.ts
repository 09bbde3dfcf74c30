import type { HostFacts } from './decide/hosts.ts';
import { type Planned, plan } from './decide/plan.ts';
import type { World } from './decide/world.ts';
import { forgetSightings } from './own-session.ts';
import type { Surroundings } from './surroundings.ts';
import { type Earlier, readWorld } from './world.ts';

/** What stands when a POST or a power-off is about to be committed to. */
export interface LookedAgain extends Planned {
	readonly world: World;
	/** Whose verdict no longer stands. */
	readonly lost: readonly HostFacts[];
}

/**
 * The reads that authorise, and what the plan makes of them alone. Of the hosts that rest on the networks' word,
 * those whose verdict is gone, or who are found to live, confirm anew.
 */
export async function lookAgain(
	resting: readonly HostFacts[],
	earlier: Earlier,
	around: Surroundings,
): Promise<LookedAgain> {
	const world = await readWorld(around, earlier);
	const planned = plan(world);
	const { due, held } = planned.view;
	const lost = resting.filter(({ host }) => !due[host]);
	const living = resting.filter(({ host }) => held[host]?.some(({ gate }) => gate === 'agent'));
	const otherwise = [...lost, ...living].map(({ host }) => host);
	await forgetSightings(around, otherwise, held);
	return { ...planned, world, lost };
}
