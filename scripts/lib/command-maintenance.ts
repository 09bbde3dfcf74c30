import { hostOf } from '../../handlers/lib/decide/health.ts';
import { keyOf } from '../../handlers/lib/decide/keys.ts';
import { UsageError } from '../../handlers/lib/errors.ts';
import type { CommandResult, Run } from '../../handlers/lib/run.ts';
import { type Command, onlyOne, parseOptions } from './command.ts';
import { findHost, knownHosts, unknownText } from './known-hosts.ts';
import { deleteWord, parseReason, putWord, say } from './operator-word.ts';
import { openStore, readStored } from './store.ts';
import { untilText } from './times.ts';

async function clear(run: Run, name: string): Promise<CommandResult> {
	const store = await openStore(run);
	const host = hostOf(name);
	const cleared = await deleteWord(store, `maintenance/${keyOf(host)}`);
	const stored = await readStored(store);
	const byConsul = Object.entries(stored.snapshots)
		.filter(([, { value }]) => value.maintenance.includes(host))
		.map(([network]) => network);
	const rest = byConsul.length > 0 ? `\n${consulMaintText(host, byConsul)}` : '';
	if (cleared) return { text: `${host}: maintenance cleared${rest}` };
	const known = knownHosts(stored);
	const doubt = known.has(host) ? '' : ` (${unknownText(host, known)})`;
	return { text: `${host}: was not in maintenance${doubt}${rest}` };
}

/** What ends `consul maint`, which is not ours; a dead host's agent cannot be asked to. */
function consulMaintText(host: string, networks: readonly string[]): string {
	return [
		`${host}: still held: in \`consul maint\` on ${networks.join(', ')}: \`consul maint -disable\` by its agent there (-http-addr);`,
		'if it is dead, PUT {"Node": "ITS NODE NAME", "CheckID": "_node_maintenance"} to',
		"/v1/catalog/deregister of a controller's agent there, and it may be recovered",
	].join('\n');
}

async function run(run: Run): Promise<CommandResult> {
	const { values, positionals } = parseOptions(run.argv, {
		clear: { type: 'boolean' },
		reason: { type: 'string' },
		for: { type: 'string' },
		force: { type: 'boolean' },
	});
	const name = onlyOne(positionals, 'HOST');
	if (values.clear) {
		const more = (['reason', 'for', 'force'] as const).find((key) => values[key] !== undefined);
		if (more) throw new UsageError(`--clear takes no --${more}`);
		return clear(run, name);
	}
	const word = say(run.env, parseReason(values.reason), values.for);
	const store = await openStore(run);
	const stored = await readStored(store);
	const host = values.force ? hostOf(name) : findHost(name, stored);
	const said = await putWord(store, `maintenance/${keyOf(host)}`, word);
	const lines = [
		`${host}: in maintenance${untilText(word)}${said === 'again' ? ' (renewed)' : ''}`,
	];
	if (stored.incidents[host]?.value.state === 'notified') {
		lines.push('Masakari has been notified of it before: that recovery goes on');
	}
	return { text: lines.join('\n') };
}

/** Keeps a host from being recovered, whatever its networks say. */
export const maintenance: Command = {
	usage: ['HOST --reason TEXT [--for DURATION] [--force]', '--clear HOST'],
	summary: 'keep a host from being recovered, or end that',
	help: [
		'HOST is not recovered until this is cleared or DURATION (30m, 2h) is over. Said again, reason',
		'and end are renewed. `consul maint` on any of its agents does the same.',
		'',
		'  --reason TEXT   why, for whoever is on call',
		'  --for DURATION  default: until it is cleared',
		'  --force         also for a host that nothing knows yet',
		'  --clear         end it; not an error where it was not in maintenance',
	].join('\n'),
	run,
};
