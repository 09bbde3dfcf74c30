import type { HostFacts } from './decide/hosts.ts';
import { type Planned, plan } from './decide/plan.ts';
import type { World } from './decide/world.ts';
import { holdRejoined } from './own-session.ts';
import type { Surroundings } from './surroundings.ts';
import { type Earlier, readWorld } from './world.ts';

/**
 * The reads that authorise, and what the plan makes of them alone: whose agents answer though gossip calls them
 * failed is held. Of the hosts that are about to be told of, or powered off.
 */
export async function lookAgain(
	about: readonly { readonly host: HostFacts }[],
	earlier: Earlier,
	around: Surroundings,
): Promise<Planned & { readonly world: World }> {
	const acting = new Set(about.map(({ host }) => host.host));
	const world = await readWorld(around, earlier, acting);
	const planned = plan(world);
	await holdRejoined(around, world, planned.view.held);
	return { ...planned, world };
}
