import type { Reads } from './decide/health.ts';
import type { HostFacts } from './decide/hosts.ts';
import type { MasakariFacts } from './decide/masakari.ts';
import { plan, wantsMasakari } from './decide/plan.ts';
import type { Stored } from './decide/stored.ts';
import type { World } from './decide/world.ts';
import { messageOf } from './errors.ts';
import { parseStored } from './schema/stored.ts';
import type { Surroundings } from './surroundings.ts';

/** Everything in KV, parsed; what does not parse is listed, not acted on. */
export async function readStored(around: Surroundings): Promise<Stored> {
	const { entries, index } = await around.kv.readAll();
	return parseStored(entries, index);
}

/** Down networks of due hosts on which the kernel still answers. */
async function probe(
	due: readonly HostFacts[],
	reads: Reads,
	around: Surroundings,
): Promise<ReadonlySet<string>> {
	const asked = due.flatMap(({ host, vector }) =>
		Object.keys(vector).map(async (network) => {
			const reading = reads[network];
			const serf = reading?.ok ? reading.nodes.get(host)?.serf : undefined;
			const refused = vector[network] === 'down' && serf && (await around.isRefused(serf));
			return refused ? [`${host}/${network}`] : [];
		}),
	);
	return new Set((await Promise.all(asked)).flat());
}

/**
 * One look at everything: KV first, then all networks at once, then what only due hosts need. The
 * time it carries is that of the networks' reads. With `facts` given, Masakari is not asked again.
 */
export async function readWorld(
	around: Surroundings,
	facts?: MasakariFacts | null,
): Promise<World> {
	const { settings, digest, self, bootId, clock } = around;
	const stored = await readStored(around);
	const readAt = clock.uptime();
	const reads = await around.readNetworks(stored);
	const seen: World = {
		...{ settings, digest, self, bootId, stored, reads },
		...{ readAt, uptime: clock.uptime(), now: clock.now() },
		...{ refused: new Set<string>(), masakari: null },
	};
	const first = plan(seen);
	const asked = Object.keys(first.view.due).flatMap((host) => {
		const pending = stored.incidents[host]?.value.state !== 'notified';
		const due = settings.agentProbe && pending ? first.hosts.get(host) : undefined;
		return due ?? [];
	});
	const refused = await probe(asked, reads, around);
	const known: World = refused.size > 0 ? { ...seen, refused } : seen;
	if (facts !== undefined) return facts === null ? known : { ...known, masakari: facts };
	if (!wantsMasakari(known === seen ? first : plan(known), known)) return known;
	return { ...known, masakari: await askMasakari(around) };
}

/** What Masakari knows; whatever goes wrong is a value that the plan sees. */
export async function askMasakari({ masakari, clock }: Surroundings): Promise<MasakariFacts> {
	try {
		return await masakari.readFacts(clock.now);
	} catch (error) {
		return { ok: false, error: messageOf(error) };
	}
}
