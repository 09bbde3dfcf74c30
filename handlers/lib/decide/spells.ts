import type { HeldBy } from './held.ts';
import type { HostFacts } from './hosts.ts';
import type { HeldRecord, Incident } from './incident.ts';
import { keyOf } from './keys.ts';
import { generatedTimeAt } from './notification.ts';
import { previousView } from './own-view.ts';
import type { Step } from './steps.ts';
import type { Stored } from './stored.ts';
import type { Held, Spell } from './view.ts';
import { isApproved } from './words.ts';
import type { World } from './world.ts';

type Spells = Readonly<Record<string, Spell>>;

/** Hosts a view remembers gates of at most: it must stay small however much burns. */
const rememberedSpells = 100;
/** For so many seconds it is tried to record one that has ended. */
const recordSeconds = 600;
/** Controllers notice an end within so many ms of each other: it is recorded once. */
const sameEndMs = 60_000;
/** Records of one run. */
const recordsAtOnce = 20;

/** Every gate once, with its last reason. */
function merge(before: readonly Held[], now: readonly Held[]): Held[] {
	return [...new Map([...before, ...now].map((held) => [held.gate, held])).values()];
}

/** Wall time, ms, of this moment of this controller's uptime. */
const wallOf = ({ now, uptime }: World, at: number) => Math.round(now - (uptime - at) * 1000);

/** Whether the history has the end of this host's outage already, whoever noticed it. */
export function isNoted(
	{ held }: Pick<Stored, 'held'>,
	{ name, closed_at }: Pick<HeldRecord, 'name' | 'closed_at'>,
): boolean {
	return Object.values(held).some(
		({ value }) =>
			value.name.toLowerCase() === name.toLowerCase() && value.closed_at > closed_at - sameEndMs,
	);
}

function recordOf(world: World, { name, vector, gates, first_seen, ended }: Spell): HeldRecord {
	return {
		...{ version: 1, name, vector, gates },
		reason: gates.some(({ gate }) => gate === 'mode') ? 'observed' : 'held',
		first_seen: wallOf(world, first_seen),
		closed_at: wallOf(world, ended ?? world.uptime),
	};
}

/** How a spell goes on that this controller has seen before, and whose host is not due any more. */
function ebb(before: Spell, world: World): Spell | null {
	const { settings, reads, stored, uptime } = world;
	const isOver = (ended: Spell) => isNoted(stored, recordOf(world, ended));
	if (before.ended !== undefined) {
		return uptime - before.ended > recordSeconds || isOver(before) ? null : before;
	}
	// What cannot be read may be as it was.
	if (settings.networks.some((network) => !reads[network]?.ok)) return before;
	const observed = before.gates.some(({ gate }) => gate === 'mode');
	const long = (before.last_seen - before.first_seen) * 1000 >= settings.confirmMs;
	const ended = { ...before, ended: uptime };
	return (observed || long) && !isOver(ended) ? ended : null;
}

/** What gates have held in outages that no incident was opened for; the incident keeps it from then on. */
export function continueSpells(
	previous: Spells | undefined,
	due: readonly HostFacts[],
	held: HeldBy,
	hosts: ReadonlyMap<string, HostFacts>,
	world: World,
): Spells {
	const next: Record<string, Spell> = {};
	const { uptime } = world;
	const keep = (host: string, spell: Spell | null) => {
		if (spell && Object.keys(next).length < rememberedSpells) next[host] = spell;
	};
	const seen = Object.keys(previous ?? {});
	const fresh = due.flatMap(({ host }) => (held[host] && !seen.includes(host) ? [host] : []));
	for (const host of [...seen, ...fresh]) {
		if (world.stored.incidents[host]) continue;
		const facts = hosts.get(host);
		const before = previous?.[host];
		if (facts?.verdict !== 'recovery') {
			keep(host, before ? ebb(before, world) : null);
			continue;
		}
		const running = before?.ended === undefined ? before : undefined;
		const [gates, last] = [held[host] ?? [], running?.last_seen ?? uptime];
		if (!running && gates.length === 0) continue;
		keep(host, {
			...{ name: facts.name, vector: facts.vector, gates: merge(running?.gates ?? [], gates) },
			...{ first_seen: running?.first_seen ?? uptime, last_seen: gates.length > 0 ? uptime : last },
		});
	}
	return next;
}

/** Ends that are to be recorded, a few at a time. */
export function decideNotes(spells: Spells, world: World): Step[] {
	return Object.entries(spells)
		.flatMap(([host, spell]): Step[] => {
			if (spell.ended === undefined) return [];
			const record = recordOf(world, spell);
			const key = `${generatedTimeAt(record.closed_at)}-${keyOf(host)}`;
			return isNoted(world.stored, record) ? [] : [{ kind: 'note', key, record }];
		})
		.slice(0, recordsAtOnce);
}

/** What an incident keeps of what let it begin: the approval it uses up, and, when it opens, who held it. */
export function decideGrounds(
	world: World,
	host: string,
	before: Incident | undefined,
): Pick<Incident, 'approval' | 'held_before'> {
	const word = isApproved(world, host) ? world.stored.approved[host]?.value : undefined;
	const gates = before ? undefined : previousView(world).spells?.[host]?.gates;
	return {
		...(word && { approval: { who: word.who, why: word.why, at: word.at } }),
		...(gates && { held_before: gates }),
	};
}
