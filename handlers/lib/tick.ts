import { act, type Done } from './act.ts';
import { type Planned, plan } from './decide/plan.ts';
import type { World } from './decide/world.ts';
import { ConflictError } from './errors.ts';
import { putView } from './own-session.ts';
import type { Surroundings } from './surroundings.ts';
import { readWorld } from './world.ts';

/** One look, one plan, its effects. */
export interface Tick {
	readonly world: World;
	readonly planned: Planned;
	readonly done: Done;
}

/** How often a run starts over because its view was written by another of this controller's processes. */
const conflicts = 5;

/** Reads everything, decides, stores the view, and does what may be done. */
export async function tick(
	around: Surroundings,
	seen?: (world: World) => Promise<void>,
): Promise<Tick> {
	for (let tries = 0; tries < conflicts; tries++) {
		const world = await readWorld(around);
		await seen?.(world);
		const planned = plan(world);
		if (!(await putView(around, world, planned.view))) continue;
		return { world, planned, done: await act(planned, world, around) };
	}
	throw new ConflictError(
		`controllers/${around.self}: written ${conflicts} times by somebody else`,
	);
}
