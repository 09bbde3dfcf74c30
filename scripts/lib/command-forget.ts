import type { Vector } from '../../handlers/lib/decide/health.ts';
import { keyOf } from '../../handlers/lib/decide/keys.ts';
import { decideVerdict } from '../../handlers/lib/decide/matrix.ts';
import type { Settings } from '../../handlers/lib/decide/settings.ts';
import { forgetHost, type Snapshot, sameSnapshot } from '../../handlers/lib/decide/snapshot.ts';
import type { Stored } from '../../handlers/lib/decide/stored.ts';
import { InputError, UsageError } from '../../handlers/lib/errors.ts';
import { change, changeIncident } from '../../handlers/lib/record.ts';
import type { CommandResult, Run } from '../../handlers/lib/run.ts';
import { parseSnapshot } from '../../handlers/lib/schema/snapshot.ts';
import { type Command, onlyOne, parseOptions } from './command.ts';
import { findHost } from './known-hosts.ts';
import { parseComment, say } from './operator-word.ts';
import { openStore, readStored, requireReadable } from './store.ts';

/** Networks in one of whose lists the host is. */
function networksWith(
	{ snapshots }: Stored,
	host: string,
	...lists: readonly ('up' | 'down' | 'left' | 'vanished' | 'maintenance')[]
): string[] {
	const listed = (value: Snapshot) => lists.some((list) => value[list].includes(host));
	return Object.entries(snapshots).flatMap(([n, { value }]) => (listed(value) ? [n] : []));
}

/** Why a host must not be forgotten, on all networks or on this one; null where it may be. */
export function decideRefusal(stored: Stored, host: string, network?: string): string | null {
	const gone = networksWith(stored, host, 'vanished', 'left');
	if (network !== undefined) {
		const isThere = networksWith(stored, host, 'up', 'down').includes(network);
		if (gone.includes(network) || (stored.incidents[host] && !isThere)) return null;
		return `${host} neither vanished from ${network} nor left it: nothing to forget`;
	}
	for (const health of ['down', 'up'] as const) {
		const networks = networksWith(stored, host, health);
		if (networks.length === 0) continue;
		return (
			`${host} is ${health} on ${networks.join(', ')}, not gone; ` +
			(gone.length > 0 ? `if it will not rejoin ${gone.join(', ')}: --network NAME; ` : '') +
			`to keep it from being recovered: hostmonitor maintenance ${host} --reason TEXT`
		);
	}
	// Gone while in `consul maint`: that alone may be left of it.
	const left = gone.length > 0 || networksWith(stored, host, 'maintenance').length > 0;
	if (left || stored.incidents[host]) return null;
	return `${host} neither vanished nor left any network, and has no incident: nothing to forget`;
}

/** Whether there is any health of the other networks with which a host that is unknown on this one is recovered. */
export function mayRecoverWithout({ matrix, networks }: Settings, network: string): boolean {
	const others = networks.filter((one) => one !== network);
	const down = Object.fromEntries(others.map((one) => [one, 'down' as const]));
	const fill = (vector: Vector, [next, ...rest]: readonly string[]): boolean =>
		next === undefined
			? decideVerdict(matrix, { ...vector, [network]: 'unknown' }) === 'recovery'
			: fill(vector, rest) || fill({ ...vector, [next]: 'up' }, rest);
	return fill(down, others);
}

async function run(run: Run): Promise<CommandResult> {
	const { values, positionals } = parseOptions(run.argv, {
		reason: { type: 'string' },
		network: { type: 'string' },
	});
	const name = onlyOne(positionals, 'HOST');
	const { who, why, at } = say(run.env, parseComment(values.reason));
	const store = await openStore(run);
	const { kv } = store;
	const stored = await readStored(store);
	const { networks } = store.config.settings;
	if (values.network !== undefined && !networks.includes(values.network)) {
		throw new UsageError(`no network "${values.network}": there are ${networks.join(', ')}`);
	}
	const keys = networks.map((network) => `networks/${network}`);
	requireReadable(store, stored, [...keys, `hosts/${keyOf(name)}`]);
	const host = findHost(name, stored);
	const refusal = decideRefusal(stored, host, values.network);
	if (refusal !== null) throw new InputError(refusal);

	const lines: string[] = [];
	const forgotten = { who, why, at };
	const { network: only } = values;
	const whole = only === undefined;
	const said = await changeIncident(kv, host, (incident) => {
		if (whole) return { ...incident, forgotten };
		return { ...incident, without: { ...incident.without, [only]: forgotten } };
	});
	if (said) {
		const when = whole ? '' : ', as soon as it is up on the others';
		lines.push(`${host}: its incident will be closed by the controllers${when}`);
	}
	if (!whole && !mayRecoverWithout(store.config.settings, only)) {
		lines.push(
			`${host}: from now on it is recovered in no case: the matrix needs ${only} for that`,
		);
	}
	for (const network of networksWith(stored, host, 'vanished', 'left', 'maintenance')) {
		if (!whole && network !== only) continue;
		await change(kv, `networks/${network}`, parseSnapshot, (snapshot) => {
			const next = forgetHost(snapshot, host, whole);
			return sameSnapshot(snapshot, next) ? snapshot : next;
		});
		lines.push(`${host}: forgotten on ${network}`);
	}
	if (stored.maintenance[host]) {
		lines.push(`${host}: still in maintenance: hostmonitor maintenance --clear ${host}`);
	}
	return { text: lines.join('\n') };
}

/** Ends what is left of a host that will not come back. */
export const forget: Command = {
	usage: ['HOST [--network NAME] [--reason TEXT]'],
	summary: 'forget a host that vanished or left for good',
	help: [
		'For a host that is gone from its networks and will not come back: takes it from their lists of',
		'vanished and left hosts and of those in `consul maint`, and lets the controllers close its',
		'incident. Refused while any network shows it up or down. One that comes back later is a new host.',
		'',
		'  --network NAME  only there: the host will not rejoin this network and goes on without it.',
		'                  Its incident closes when it is up on the others, and Masakari is not told that',
		'                  it is back. It is `unknown` there from then on: a matrix that needs this network',
		'                  recovers it in no case, which is said. One that left the network may otherwise be',
		'                  recovered again, as soon as gossip has forgotten it too (`consul force-leave',
		'                  -prune` makes it)',
		'  --reason TEXT   for the record',
	].join('\n'),
	run,
};
