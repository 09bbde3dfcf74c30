import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { messageOf } from '../../handlers/lib/errors.ts';
import type { Agent } from './cloud-agent.ts';
import { consulBinary } from './consul-binary.ts';
import { textOf } from './demo-expect.ts';
import { clearMaintenance } from './demo-masakari.ts';
import { configFileOf, type Demo, dist } from './demo-setup.ts';
import { agentOf } from './demo-watch.ts';
import { tableText } from './table.ts';

/** What may be typed; whatever comes of it is told. */
const orders = {
	'kill HOST [NETWORK]': 'its agents die, or the one on this network',
	'leave HOST [NETWORK]': 'they leave, as in a planned shutdown',
	'start HOST [NETWORK]': 'those that do not run are started',
	'clear HOST': "clears Masakari's on_maintenance, as an operator does after a recovery",
};

const acts: Readonly<Record<string, (agent: Agent) => Promise<void>>> = {
	kill: (agent) => agent.kill(),
	leave: (agent) => agent.leave(),
	start: async (agent) => {
		if (agent.pid === undefined) await agent.start();
	},
};

/** Says how to look at the cloud and how to break it, and obeys until a signal ends this process. */
export async function keep(demo: Demo, exitCode: number): Promise<never> {
	const { masakari, teller, killed } = demo;
	// Before the other listeners, to whom Ctrl-C is a failure.
	process.prependListener('SIGINT', () => process.exit(exitCode));
	const places = placesOf(demo);
	teller.heading('The cloud lives on until Ctrl-C. To look at it, from another terminal:');
	teller.note('kept', tableText(Object.entries(places)), places);
	teller.heading('To break it, type here:');
	teller.note('orders', tableText(Object.entries(orders)), orders);
	teller.heading('One dead host is an incident; two of them are a storm, and held.');
	masakari.on('notification', (row) => {
		const fields = { notification: textOf(row), status: row.status };
		teller.tell('notification', `Masakari: ${textOf(row)}: ${row.status}`, fields);
	});
	for await (const line of createInterface({ input: process.stdin })) {
		await obey(demo, line.trim().split(/\s+/)).catch((error: unknown) => {
			teller.tell('refused', `${messageOf(error)}; as in: kill ${killed}`, { line });
		});
	}
	return new Promise(() => {});
}

function placesOf({ cloud, masakari }: Demo): Record<string, string> {
	const http = agentOf(cloud, cloud.hub);
	const command = join(dist, 'scripts/hostmonitor.js');
	return {
		status: `node ${command} status --config ${configFileOf(cloud)}`,
		ui: `${http}/ui`,
		kv: `${consulBinary()} kv get -http-addr=${http} -recurse hostmonitor/`,
		masakari: `curl -s ${masakari.url}/notifications`,
	};
}

async function obey({ cloud, masakari, teller }: Demo, words: readonly string[]): Promise<void> {
	const [order = '', name = '', network] = words;
	if (order === '') return;
	if (order === 'clear') {
		await clearMaintenance(masakari.url, name);
	} else {
		const act = Object.hasOwn(acts, order) ? acts[order] : undefined;
		if (act === undefined) throw new Error(`no order "${order}"`);
		const host = cloud.host(name);
		await Promise.all((network ? [host.agent(network)] : host.agents).map(act));
	}
	teller.tell('obeyed', `done: ${words.join(' ')}`, { order: words.join(' ') });
}
