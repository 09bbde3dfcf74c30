import { ConsulError } from '../../handlers/lib/errors.ts';
import { loadFencing } from '../../handlers/lib/io/fencing-file.ts';
import type { CommandResult, Run } from '../../handlers/lib/run.ts';
import type { Config } from '../../handlers/lib/schema/config.ts';
import { type Command, none, parseOptions } from './command.ts';
import { openStore } from './store.ts';
import { sectionText, tableText } from './table.ts';
import { durationText } from './times.ts';
import { type MasakariSettings, masakariSettings } from './validate-cloud.ts';
import { inspect } from './validate-online.ts';

/** Also says whether the file with the agents can be used: a ConfigError names what is wrong with it. */
function fencingLine({ settings: { fencing }, fencingFile }: Config): string {
	if (fencing.mode === 'none' || fencingFile === undefined) return fencing.mode;
	const { mode, readings, timeoutMs, unproven } = fencing;
	const agents = loadFencing(fencingFile);
	const terms = `${readings} readings, ${durationText(timeoutMs)} each, unproven: ${unproven}`;
	return `${mode}, ${terms}, ${agents.size} hosts in ${fencingFile}`;
}

function settingsText(config: Config, masakari: MasakariSettings): string {
	const { kvPrefix, settings, digest } = config;
	const { hosts, storm } = settings;
	const exclude = hosts.exclude.length > 0 ? `, without ${hosts.exclude.join(' ')}` : '';
	const limit = `${storm.maxHosts} hosts or ${storm.maxFraction} of all`;
	return tableText([
		['mode', settings.mode],
		['confirm', durationText(settings.confirmMs)],
		['hosts', `${hosts.include.join(' ')}${exclude}`],
		['servers', hosts.servers ? 'monitored' : 'not monitored'],
		['storm', `above ${limit}, over after ${durationText(storm.calmMs)}`],
		['agent_probe', String(settings.agentProbe)],
		['fencing', fencingLine(config)],
		...masakari.rows,
		['kv_prefix', kvPrefix],
		['digest', `${digest} (the same on every controller)`],
	]);
}

function networksText({ networks, settings }: Config): string {
	return tableText(
		settings.networks.map((network) => [
			network,
			networks[network]?.httpAddr ?? '',
			network === settings.hub ? 'hub' : '',
		]),
	);
}

function matrixText({ settings: { matrix } }: Config): string {
	const rows = Object.entries(matrix.actions).map(([row, action]) => [...row.split('/'), action]);
	return tableText([[...matrix.sequence, 'action'], ...rows]);
}

async function run(run: Run): Promise<CommandResult> {
	const { values, positionals } = parseOptions(run.argv, { online: { type: 'boolean' } });
	none(positionals);
	const store = await openStore(run);
	const { config } = store;
	const masakari = masakariSettings(config, run.env);
	const warned = masakari.warnings.map((text) => `  ${text}`).join('\n');
	const offline = [
		...sectionText(`${config.file} is valid`, settingsText(config, masakari)),
		...sectionText('networks', networksText(config)),
		...sectionText('matrix', matrixText(config)),
		...sectionText('warnings', warned),
	];
	if (!values.online) return { text: offline.join('\n\n') };
	const { failures, warnings, well } = await inspect(store, run);
	const lines = [...well, ...warnings.map((text) => `warning: ${text}`)];
	const found = sectionText('online', lines.map((line) => `  ${line}`).join('\n'));
	return {
		text: [...offline, ...found].join('\n\n'),
		...(failures.length > 0 && { error: new ConsulError(failures.join('\n')) }),
	};
}

/** Says what the configuration comes to, or what is wrong with it. */
export const validate: Command = {
	usage: ['[--online]'],
	summary: 'check the configuration and show what it comes to',
	help: [
		'Checks the configuration, its matrix and its cloud, and shows them with all defaults. What is wrong',
		'is named with file and line, and the exit code is 78. Run it as the user of the agents: theirs are',
		'the environment and the home directory in which a cloud is looked for.',
		'',
		'  --online  also reads every network, the KV and Masakari as the controllers do, with a new token,',
		'            and asks whether Masakari would take a notification (none is made, in mode observe',
		'            neither); exit code 69 where one of them does not answer, Masakari refuses, or its clock',
		'            differs',
	].join('\n'),
	run,
};
