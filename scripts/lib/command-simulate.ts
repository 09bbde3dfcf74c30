import { decideHeld, type Gated } from '../../handlers/lib/decide/gates.ts';
import type { Health, Reading, Vector } from '../../handlers/lib/decide/health.ts';
import { currentSnapshots, snapshotVectors } from '../../handlers/lib/decide/hosts.ts';
import { decideVerdict } from '../../handlers/lib/decide/matrix.ts';
import { otherViews } from '../../handlers/lib/decide/own-view.ts';
import type { Stored } from '../../handlers/lib/decide/stored.ts';
import { UsageError } from '../../handlers/lib/errors.ts';
import { systemClock } from '../../handlers/lib/io/clock.ts';
import type { CommandResult, Run } from '../../handlers/lib/run.ts';
import type { Config } from '../../handlers/lib/schema/config.ts';
import { type Command, parseOptions } from './command.ts';
import { findHost } from './known-hosts.ts';
import { openStore, readStored } from './store.ts';

const healths: readonly Health[] = ['up', 'down', 'left', 'unknown'];

/** `network=health` arguments, by the configuration's spelling of the network. */
export function parseVector(words: readonly string[], networks: readonly string[]): Vector {
	const pairs = words.map((word): [string, Health] => {
		const [name = '', value = ''] = word.split('=');
		const network = networks.find((one) => one.toLowerCase() === name.toLowerCase());
		if (network === undefined) {
			throw new UsageError(`no network "${name}": there are ${networks.join(', ')}`);
		}
		const health = healths.find((one) => one === value);
		if (health === undefined) {
			throw new UsageError(`${network}=${value}: expected one of: ${healths.join(', ')}`);
		}
		return [network, health];
	});
	return Object.fromEntries(pairs);
}

/** The world as KV has it, but for this one host: nothing is read, probed, or asked of Masakari. */
function worldOf({ settings, digest }: Config, stored: Stored, host: string, vector: Vector) {
	const readingOf = (health: Health = 'unknown'): Reading => ({
		ok: true,
		nodes: new Map([[host, { name: host, health }]]),
		...{ unmonitored: new Set(), registered: new Set(), maintenance: new Set() },
	});
	const reads = Object.fromEntries(settings.networks.map((n) => [n, readingOf(vector[n])]));
	const world = {
		...{ settings, digest, stored, reads, self: '', bootId: '', readAt: 0, uptime: 0 },
		...{ refused: new Set<string>(), answered: new Set<string>(), masakari: null },
		now: systemClock.now(),
	};
	const snapshots = currentSnapshots(settings, {}, stored);
	return { ...world, snapshots, storm: null, others: otherViews(world) } satisfies Gated;
}

function linesOf({ settings }: Config, vector: Vector): string[] {
	const said = settings.networks.map((network) => `${network} ${vector[network] ?? 'unknown'}`);
	return [`vector   ${said.join(', ')}`, `verdict  ${decideVerdict(settings.matrix, vector)}`];
}

async function run(run: Run): Promise<CommandResult> {
	const { positionals } = parseOptions(run.argv, {});
	const store = await openStore(run);
	const { config } = store;
	const { networks, matrix } = config.settings;
	const given = parseVector(
		positionals.filter((word) => word.includes('=')),
		networks,
	);
	const [name, second] = positionals.filter((word) => !word.includes('='));
	if (second !== undefined) throw new UsageError(`one HOST, not also "${second}"`);
	if (name === undefined) {
		const up = Object.fromEntries(networks.map((network) => [network, 'up' as const]));
		return { text: linesOf(config, { ...up, ...given }).join('\n') };
	}
	const stored = await readStored(store);
	const host = findHost(name, stored);
	const vector = { ...snapshotVectors(config.settings, stored).get(host), ...given };
	const facts = { host, name: host, vector, verdict: decideVerdict(matrix, vector) };
	const held = decideHeld(facts, worldOf(config, stored, host, vector));
	const reasons = held.map(({ gate, reason }) => `held by  ${gate}: ${reason}`);
	const open = stored.incidents[host]?.value.state;
	return {
		text: [
			...linesOf(config, vector),
			...(held.length > 0 ? reasons : ['held by  nothing in KV']),
			...(open ? [`incident ${open}: no second one is begun`] : []),
		].join('\n'),
	};
}

/** What would be decided of a host, without doing it. */
export const simulate: Command = {
	usage: ['[HOST] [NETWORK=HEALTH...]'],
	summary: 'what the matrix and the gates would say of a host',
	help: [
		'HEALTH is up, down, left or unknown. A network that is not given is taken from what KV says of',
		'HOST, or is up without one. With HOST also says which gates hold it by what is in KV now: pauses,',
		'maintenance, leaves, storms, configurations. Masakari is not asked, and nothing is written.',
	].join('\n'),
	run,
};
