import { join } from 'node:path';
import { execa } from 'execa';
import type { Cloud } from './cloud.ts';
import { configFileOf, type Demo, dist } from './demo-setup.ts';
import type { Fields } from './demo-tell.ts';
import { checkOf } from './demo-watch.ts';

/** Tells what went wrong, what the controllers say of it, and all that Masakari was told. */
export async function tellFailure(
	{ cloud, teller }: Pick<Demo, 'cloud' | 'teller'>,
	problems: readonly string[],
	notifications: readonly string[],
	facts: Fields = {},
): Promise<false> {
	const all = { ...(await diagnose(cloud)), ...facts };
	teller.heading('What the controllers say');
	teller.note('diagnostics', JSON.stringify(all, null, 2), all);
	teller.heading('FAILED');
	const text = problems.map((line) => `  ${line}`).join('\n');
	teller.note('result', text, { passed: false, problems, notifications });
	return false;
}

async function diagnose(cloud: Cloud): Promise<Fields> {
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
		agents: Object.fromEntries(names.map((name) => [name, errorsOf(cloud, name)])),
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
function errorsOf(cloud: Cloud, controller: string): string[] {
	const lines = cloud.host(controller).agent(cloud.hub).logs().split('\n');
	return lines.filter((line) => line.includes('[ERROR]')).slice(-5);
}
