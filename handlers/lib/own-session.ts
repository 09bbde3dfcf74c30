import type { HeldBy } from './decide/held.ts';
import { keyOf } from './decide/keys.ts';
import { sameView } from './decide/own-view.ts';
import { type Abstention, goAhead, standBack } from './decide/standing-back.ts';
import type { Stored } from './decide/stored.ts';
import type { View } from './decide/view.ts';
import type { World } from './decide/world.ts';
import { change } from './record.ts';
import { parseView } from './schema/view.ts';
import type { Surroundings } from './surroundings.ts';

const viewKey = (self: string) => `controllers/${keyOf(self)}`;

/**
 * Stores this controller's view; false where somebody wrote it meanwhile, and the caller has to read
 * and plan again. The key is held by a session of its own, found again through the key.
 */
export async function putView(around: Surroundings, world: World, view: View): Promise<boolean> {
	const { kv, self } = around;
	const key = viewKey(self);
	// Left as it is, and reported: while it does not parse, the `unreadable` gate holds everybody.
	if (world.stored.unreadable.some((value) => value.key === key)) return true;
	const before = world.stored.views[self];
	const text = JSON.stringify(view);
	if (before?.session !== undefined) {
		return sameView(before.value, view) || (await kv.putCas(key, text, before.index));
	}
	const session = await kv.createSession({
		name: `hostmonitor view of ${self}`,
		ttlSeconds: 60,
		behavior: 'delete',
	});
	if (await kv.acquire(key, text, session)) return true;
	await kv.destroySession(session);
	return false;
}

/** Keeps this controller's view alive; one whose session is gone is written anew by `putView`. */
export async function renewView(around: Surroundings, stored: Stored): Promise<void> {
	const session = stored.views[around.self]?.session;
	if (session !== undefined) await around.kv.renewSession(session);
}

/** Makes this controller stand back for a while, and say why; another may be able to. */
export async function abstain(around: Surroundings, abstention: Abstention): Promise<void> {
	const { lastWords, self, clock } = around;
	const random = clock.random();
	await change(lastWords, viewKey(self), parseView, (view) =>
		standBack(view, abstention, clock.uptime(), random),
	);
}

/** Forgets how often this controller stood back: Masakari took a POST of its. */
export async function succeed({ kv, self }: Surroundings, view: View): Promise<void> {
	if (view.stood_back) await change(kv, viewKey(self), parseView, goAhead);
}

/**
 * A read between two ticks saw these hosts otherwise, and this holds them now: what was seen before it confirms
 * nothing.
 */
export async function forgetSightings(
	{ kv, self }: Surroundings,
	hosts: readonly string[],
	held: HeldBy,
): Promise<void> {
	if (hosts.length === 0) return;
	const of = <T>(all: Readonly<Record<string, T>>, theirs: boolean) =>
		Object.fromEntries(Object.entries(all).filter(([host]) => hosts.includes(host) === theirs));
	await change(kv, viewKey(self), parseView, (view) => ({
		...view,
		due: of(view.due, false),
		held: { ...of(view.held, false), ...of(held, true) },
	}));
}
