import type { Command } from './command.ts';
import { none, parseOptions } from './command.ts';
import { parseReason, putWord, say } from './operator-word.ts';
import { openStore } from './store.ts';
import { untilText } from './times.ts';

/** Holds every host. */
export const pause: Command = {
	usage: ['--reason TEXT [--for DURATION]'],
	summary: 'recover nobody until resume',
	help: [
		'No host is recovered until `hostmonitor resume` or until DURATION (30m, 2h) is over. What Masakari',
		'has been notified of before goes on. Said again, reason and end are renewed.',
		'',
		'  --reason TEXT   why, for whoever is on call',
		'  --for DURATION  default: until resume',
	].join('\n'),
	run: async (run) => {
		const { values, positionals } = parseOptions(run.argv, {
			reason: { type: 'string' },
			for: { type: 'string' },
		});
		none(positionals);
		const word = say(run.env, parseReason(values.reason), values.for);
		const said = await putWord(await openStore(run), 'paused', word);
		return { text: `paused${untilText(word)}${said === 'again' ? ' (renewed)' : ''}` };
	},
};
