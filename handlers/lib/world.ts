import { expectsMasakari, wantsMasakari } from './decide/asking.ts';
import type { Reads } from './decide/health.ts';
import type { HostFacts } from './decide/hosts.ts';
import type { MasakariFacts } from './decide/masakari.ts';
import { plan } from './decide/plan.ts';
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

/** Down networks of due hosts on which the kernel answers, or the agent itself. */
async function probe(
	due: readonly HostFacts[],
	reads: Reads,
	{ knock }: Surroundings,
): Promise<Pick<World, 'refused' | 'answered'>> {
	const found = { refused: new Set<string>(), answered: new Set<string>() };
	const asked = due.flatMap(({ host, vector }) =>
		Object.keys(vector).map(async (network) => {
			const reading = reads[network];
			const serf = reading?.ok ? reading.nodes.get(host)?.serf : undefined;
			if (vector[network] !== 'down' || serf === undefined) return;
			const knocked = await knock(serf);
			if (knocked !== 'silent') found[knocked].add(`${host}/${network}`);
		}),
	);
	await Promise.all(asked);
	return found;
}

/** What an earlier look of the same run found out, and need not again. */
export type Earlier = Pick<World, 'masakari' | 'reads'>;

/**
 * One look at everything: KV first, then all networks at once, then what only due hosts need. The
 * time it carries is that of the networks' reads. After an `earlier` one Masakari is not asked again, and
 * a network that could not be read is given less time.
 */
export async function readWorld(around: Surroundings, earlier?: Earlier): Promise<World> {
	const { settings, digest, self, bootId, clock } = around;
	const stored = await readStored(around);
	const readAt = clock.uptime();
	// Never rejects. Beside the networks, since a run of checks/pipeline has but seconds for both.
	const early = !earlier && expectsMasakari(stored, self) ? askMasakari(around) : null;
	const reads = await around.readNetworks(stored, undefined, earlier?.reads);
	const seen: World = {
		...{ settings, digest, self, bootId, stored, reads },
		...{ readAt, uptime: clock.uptime(), now: clock.now() },
		...{ refused: new Set(), answered: new Set(), masakari: null },
	};
	const first = plan(seen);
	const asked = Object.keys(first.view.due).flatMap((host) => {
		const pending = stored.incidents[host]?.value.state !== 'notified';
		return (pending && settings.agentProbe && first.hosts.get(host)) || [];
	});
	const isWanted = !earlier && wantsMasakari(first, seen);
	const [answers, facts] = await Promise.all([
		probe(asked, reads, around),
		early ?? (isWanted ? askMasakari(around) : null),
	]);
	const lives = answers.refused.size + answers.answered.size > 0;
	const known: World = lives ? { ...seen, ...answers } : seen;
	if (earlier) return { ...known, masakari: earlier.masakari };
	const stillWanted = known === seen ? isWanted : wantsMasakari(plan(known), known);
	return stillWanted ? { ...known, masakari: facts } : known;
}

/** What Masakari knows; whatever goes wrong is a value that the plan sees. */
export async function askMasakari({ masakari, clock }: Surroundings): Promise<MasakariFacts> {
	try {
		return await masakari.readFacts(clock.now);
	} catch (error) {
		return { ok: false, error: messageOf(error) };
	}
}
