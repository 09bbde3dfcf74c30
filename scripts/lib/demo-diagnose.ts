import { join } from 'node:path';
import { execa } from 'execa';
import { configFileOf, type Demo, dist } from './demo-setup.ts';
import { checkOf } from './demo-watch.ts';
import { isProbe } from './masakari-calls.ts';

/** What a person needs who wants to know why the story went wrong. */
export async function diagnose(demo: Demo): Promise<Record<string, unknown>> {
	const { cloud, masakari } = demo;
	const names = cloud.controllers.map(({ name }) => name);
	const checks = names.map(async (name) => {
		const said = checkOf(cloud, name).then(
			({ Status, Output }) => `${Status}: ${Output}`,
			(error: unknown) => String(error),
		);
		return [name, await said] as const;
	});
	const command = join(dist, 'scripts/hostmonitor.js');
	const args = [command, 'status', '--json', '--config', configFileOf(cloud)];
	const { stdout, stderr } = await execa(process.execPath, args, { reject: false });
	return {
		checks: Object.fromEntries(await Promise.all(checks)),
		status: parsed(stdout) ?? stderr,
		masakari: masakari.calls.filter((call) => call.method === 'POST' && !isProbe(call)),
		agents: Object.fromEntries(names.map((name) => [name, errorsOf(demo, name)])),
	};
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** An agent logs a handler's bad end as an error; the last ones are enough. */
function errorsOf({ cloud }: Demo, controller: string): string[] {
	const lines = cloud.host(controller).agent(cloud.hub).logs().split('\n');
	return lines.filter((line) => line.includes('[ERROR]')).slice(-5);
}
