import { systemClock } from '../../handlers/lib/io/clock.ts';
import { type Command, none, parseOptions } from './command.ts';
import { composeStatus } from './status.ts';
import { statusText } from './status-text.ts';
import { openStore, readStored, unreadableError } from './store.ts';

/** What the controllers have agreed on, and what they see. */
export const status: Command = {
	usage: ['[--json]'],
	summary: 'what the controllers see, hold and have done',
	help: [
		"Reads the hub's KV only: what a check says now is newer, see /v1/agent/checks of the controllers.",
		'A value that does not parse is named on stderr, and the exit code is 65.',
		'',
		'  --json  {controllers, networks, hosts, paused}, for machines',
	].join('\n'),
	run: async (run) => {
		const { values, positionals } = parseOptions(run.argv, { json: { type: 'boolean' } });
		none(positionals);
		const store = await openStore(run);
		const { settings, digest } = store.config;
		const stored = await readStored(store);
		const composed = composeStatus(settings, stored);
		const now = systemClock.now();
		const text = values.json
			? JSON.stringify(composed, null, 2)
			: statusText({ settings, digest, stored, status: composed, now });
		return { text, ...unreadableError(store, stored) };
	},
};
