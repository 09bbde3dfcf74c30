import { type Command, none, parseOptions } from './command.ts';
import { deleteWord } from './operator-word.ts';
import { openStore } from './store.ts';

/** Ends a pause. */
export const resume: Command = {
	usage: [''],
	summary: 'end a pause',
	help: [
		'Hosts that became due during the pause and still are confirm anew, and are then recovered: look',
		'at `hostmonitor status` first. Not an error where nothing was paused.',
	].join('\n'),
	run: async (run) => {
		none(parseOptions(run.argv, {}).positionals);
		const was = await deleteWord(await openStore(run), 'paused');
		return { text: was ? 'resumed' : 'was not paused' };
	},
};
