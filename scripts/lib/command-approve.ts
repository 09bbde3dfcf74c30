import { keyOf } from '../../handlers/lib/decide/keys.ts';
import type { Stored } from '../../handlers/lib/decide/stored.ts';
import { approvalMs } from '../../handlers/lib/decide/words.ts';
import { UsageError } from '../../handlers/lib/errors.ts';
import type { CommandResult, Run } from '../../handlers/lib/run.ts';
import { type Command, parseOptions } from './command.ts';
import { findHost } from './known-hosts.ts';
import { parseReason, putWord, say } from './operator-word.ts';
import { openStore, readStored, requireReadable, unreadableError } from './store.ts';
import { durationText, untilText } from './times.ts';

/** Writes at once; the agent takes no more than 200 connections from one client. */
const parallel = 20;

/** Hosts that a storm holds in the view of any live controller, by name. */
export function heldByStorm({ views }: Pick<Stored, 'views'>): string[] {
	const held = Object.values(views).flatMap(({ value }) =>
		Object.entries(value.held).flatMap(([host, gates]) =>
			gates.some(({ gate }) => gate === 'storm') ? [host] : [],
		),
	);
	return [...new Set(held)].sort();
}

async function run(run: Run): Promise<CommandResult> {
	const { values, positionals } = parseOptions(run.argv, {
		all: { type: 'boolean' },
		reason: { type: 'string' },
	});
	if (values.all && positionals.length > 0) throw new UsageError('either HOST or --all, not both');
	if (!values.all && positionals.length === 0) throw new UsageError('HOST is missing, or --all');
	const word = say(run.env, parseReason(values.reason), durationText(approvalMs));
	const store = await openStore(run);
	const stored = await readStored(store);
	const held = heldByStorm(stored);
	const named = new Set(positionals.map((name) => findHost(name, stored)));
	const hosts = values.all ? held : [...named];
	const keys = hosts.map((host) => `approved/${keyOf(host)}`);
	requireReadable(store, stored, keys);
	for (let i = 0; i < keys.length; i += parallel) {
		await Promise.all(keys.slice(i, i + parallel).map((key) => putWord(store, key, word)));
	}
	const lines = hosts.map((host) => {
		const now = held.includes(host) ? '' : ' (no storm holds it now)';
		return `${host}: approved${untilText(word)}${now}`;
	});
	const text = lines.length === 0 ? 'no storm holds any host' : lines.join('\n');
	// Held hosts may be named in a view that could not be read.
	return { text, ...(values.all && unreadableError(store, stored)) };
}

/** Lets hosts through a storm one by one. */
export const approve: Command = {
	usage: ['HOST... --reason TEXT', '--all --reason TEXT'],
	summary: 'recover hosts that a storm holds',
	help: [
		'An approval passes the storm gate only, once, and ends after 15 minutes: what else holds a host',
		'still holds it, and its verdict must still stand. Look at `hostmonitor status` before.',
		'',
		'  --all          every host that a storm holds now in the view of any live controller',
		'  --reason TEXT  why, for whoever is on call',
	].join('\n'),
	run,
};
