import { keyOf } from '../../handlers/lib/decide/keys.ts';
import { InputError } from '../../handlers/lib/errors.ts';
import { changeIncident } from '../../handlers/lib/record.ts';
import type { CommandResult, Run } from '../../handlers/lib/run.ts';
import { type Command, onlyOne, parseOptions } from './command.ts';
import { findHost } from './known-hosts.ts';
import { parseComment, say } from './operator-word.ts';
import { openStore, readStored, requireReadable } from './store.ts';

async function run(run: Run): Promise<CommandResult> {
	const { values, positionals } = parseOptions(run.argv, { reason: { type: 'string' } });
	const name = onlyOne(positionals, 'HOST');
	const { who, why, at } = say(run.env, parseComment(values.reason));
	const store = await openStore(run);
	const stored = await readStored(store);
	requireReadable(store, stored, [`hosts/${keyOf(name)}`]);
	const host = findHost(name, stored);
	let status = '';
	const open = await changeIncident(store.kv, host, (incident) => {
		const { state, masakari_status = state } = incident;
		if (masakari_status !== 'failed' && masakari_status !== 'ignored') {
			throw new InputError(`${host}: ${masakari_status}: only failed or ignored is acknowledged`);
		}
		status = masakari_status;
		return { ...incident, acknowledged: { who, why, at } };
	});
	if (!open) throw new InputError(`${host} has no open incident`);
	return { text: `${host}: recovery ${status} by Masakari, acknowledged` };
}

/** Says that somebody takes care of what Masakari could not do. */
export const acknowledge: Command = {
	usage: ['HOST [--reason TEXT]'],
	summary: 'take note of a recovery that Masakari failed or ignored',
	help: [
		'The check turns from critical to warning; the incident stays open until the host is back.',
		'',
		'  --reason TEXT  for the record',
	].join('\n'),
	run,
};
