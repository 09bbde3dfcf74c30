import { resolve } from 'node:path';
import { UsageError } from '../../handlers/lib/errors.ts';
import { configPath, loadConfig } from '../../handlers/lib/io/config.ts';
import type { CommandResult, Run } from '../../handlers/lib/run.ts';
import { type Command, none, parseOptions } from './command.ts';
import { renderNetwork } from './render.ts';
import { writeIfChanged } from './write-file.ts';

async function run(run: Run): Promise<CommandResult> {
	const { values, positionals } = parseOptions(run.argv, {
		network: { type: 'string' },
		out: { type: 'string' },
		prefix: { type: 'string' },
		node: { type: 'string' },
	});
	none(positionals);
	const { network, out, prefix = '/usr/lib/hostmonitor', node = '/usr/bin/node' } = values;
	if (!network) throw new UsageError('--network NAME is missing');
	if (!out) throw new UsageError('--out DIR is missing');
	const { file, kvPrefix, settings } = await loadConfig(configPath(run.argv, run.env));
	const files = renderNetwork({
		fencing: settings.fencing.mode !== 'none',
		...{ networks: settings.networks, hub: settings.hub, kvPrefix, configFile: file, network },
		// A bare name would be looked for in the agent's PATH, which is not ours.
		...{ prefix: resolve(prefix), node: node.includes('/') ? resolve(node) : node },
	});
	const lines: string[] = [];
	for (const { name, content } of files) {
		const path = resolve(out, name);
		const written = await writeIfChanged(path, content);
		lines.push(`${written ? 'written' : 'unchanged'} ${path}`);
	}
	return { text: lines.join('\n') };
}

/** Turns the configuration into what an agent loads. */
export const render: Command = {
	usage: ['--network NAME --out DIR [--prefix DIR] [--node PATH]'],
	summary: "write the configuration of a controller's agents",
	help: [
		"Writes what the agent of network NAME has to load on a controller, into the agent's configuration",
		'directory: then `consul reload -http-addr=…`, which says what it refuses. What is there already',
		'and the same stays untouched, as do all other files. Relative paths become absolute.',
		'',
		'  --network NAME  as the configuration has it',
		'  --out DIR       made where it is missing',
		'  --prefix DIR    where the bundle is; default: /usr/lib/hostmonitor',
		'  --node PATH     default: /usr/bin/node',
	].join('\n'),
	run,
};
