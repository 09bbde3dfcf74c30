import type { Planned } from './plan.ts';
import { pendingStarts } from './steps.ts';
import type { Stored } from './stored.ts';
import type { Held } from './view.ts';
import type { World } from './world.ts';

const isUnsent = ({ incidents }: Stored): boolean =>
	Object.values(incidents).some(({ value }) => value.state !== 'notified');

/** Whether anything hangs on Masakari, or on its clock: only then is it asked. */
export function wantsMasakari(planned: Planned, world: World): boolean {
	const { stored } = world;
	const isOpen = (held: readonly Held[] = []) => held.every(({ gate }) => gate === 'mode');
	const waiting = Object.keys(planned.view.due).some(
		(host) => stored.incidents[host] === undefined && isOpen(planned.view.held[host]),
	);
	const dates =
		planned.steps.some(({ kind }) => kind === 'close') || pendingStarts(world).length > 0;
	return waiting || dates || isUnsent(stored);
}

/** The same foreseen by this controller's last view: its lists take long, and may be asked for early. */
export function expectsMasakari(stored: Stored, self: string): boolean {
	const view = stored.views[self]?.value;
	const asked = ['mode', 'masakari', 'clock'];
	const wasOpen = (held: readonly Held[] = []) => held.every(({ gate }) => asked.includes(gate));
	const waiting = Object.keys(view?.due ?? {}).some(
		(host) => stored.incidents[host] === undefined && wasOpen(view?.held[host]),
	);
	return waiting || isUnsent(stored);
}
