import type { View } from './view.ts';
import type { World } from './world.ts';

/** The view of a controller that has not seen anything yet. */
export function emptyView(world: World): View {
	return {
		version: 1,
		boot_id: world.bootId,
		networks: Object.fromEntries(
			world.settings.networks.map((network) => {
				const reading = world.reads[network];
				return [network, reading?.ok ? null : (reading?.error ?? 'not read').slice(0, 200)];
			}),
		),
		due: {},
		outages: {},
		returning: {},
		uncounted: 0,
		restarts: {},
		storm: null,
		left: [],
		flaps: {},
		watches: {},
		held: {},
		masakari: null,
		abstains: null,
		configuration: world.digest,
		mode: world.settings.mode,
	};
}

/** This controller's last view; seconds of an earlier boot mean nothing, its latch still does. */
export function previousView(world: World): View {
	const own = world.stored.views[world.self]?.value;
	if (own === undefined) return emptyView(world);
	if (own.boot_id === world.bootId) return own;
	const { uptime } = world;
	const storm = own.storm && { ...own.storm, since: uptime, last_seen: uptime, calm_since: null };
	return { ...emptyView(world), storm };
}

/** The other live controllers' views; a controller lives while its view's session does. */
export function otherViews(world: World): Readonly<Record<string, View>> {
	return Object.fromEntries(
		Object.entries(world.stored.views)
			.filter(([name, { session }]) => name !== world.self && session !== undefined)
			.map(([name, { value }]) => [name, value]),
	);
}

/** Whether no other controller could act now: none lives, or all of them stand back. */
export const isAlone = (world: World): boolean =>
	Object.values(otherViews(world)).every(({ abstains }) => abstains !== null);

/** What this controller could find out about Masakari; null where it had no reason to ask. */
export function masakariWord({ masakari }: World): View['masakari'] {
	if (masakari === null) return null;
	return masakari.ok ? { answers: true } : { answers: false, error: masakari.error.slice(0, 200) };
}

/** Whether storing the next view would change more than times that only matter while they run. */
export function sameView(before: View, next: View): boolean {
	const runs = (view: View) =>
		Object.keys(view.due).length + Object.keys(view.returning).length > 0 || view.storm !== null;
	return !runs(next) && JSON.stringify(before) === JSON.stringify(next);
}
