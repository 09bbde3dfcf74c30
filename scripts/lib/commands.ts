import type { Command } from './command.ts';
import { acknowledge } from './command-acknowledge.ts';
import { approve } from './command-approve.ts';
import { forget } from './command-forget.ts';
import { maintenance } from './command-maintenance.ts';
import { pause } from './command-pause.ts';
import { render } from './command-render.ts';
import { resume } from './command-resume.ts';
import { simulate } from './command-simulate.ts';
import { status } from './command-status.ts';
import { validate } from './command-validate.ts';

/** Every subcommand, in the order of the help; adding one is a file and a line here. */
export const commands: Readonly<Record<string, Command>> = {
	status,
	maintenance,
	pause,
	resume,
	approve,
	forget,
	acknowledge,
	simulate,
	validate,
	render,
};
