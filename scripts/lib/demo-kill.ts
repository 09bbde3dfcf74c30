import { textOf, untilNotified } from './demo-expect.ts';
import type { Demo } from './demo-setup.ts';
import { tellCommitted, tellDetected, tellDue } from './demo-stations.ts';
import type { Lane } from './demo-tell.ts';
import { patienceMs, untilStored } from './demo-watch.ts';

/** Kills a host, and tells every station from there to the end of Masakari's recovery. */
export async function killHost(demo: Demo): Promise<void> {
	const { cloud, teller, killed } = demo;
	teller.heading(`${killed} dies. Masakari must be told, once`);
	const lane = teller.lane(killed, 'kill', 'its three agents are killed; + is the time since then');
	await cloud.host(killed).kill();
	await Promise.all([
		...cloud.networks.map((network) => tellDetected(demo, lane, network)),
		...cloud.controllers.map(({ name }) => tellDue(demo, lane, name)),
		tellNotified(demo, lane),
	]);
	await tellRecovered(demo, lane);
}

/** Masakari hears of an attempt milliseconds after its commit: told in this order all the same. */
async function tellNotified(demo: Demo, lane: Lane): Promise<void> {
	const accepted = untilNotified(demo, 0);
	const tellAll = async () => {
		await tellCommitted(demo, lane);
		const { row, at } = await accepted;
		const { uuid } = row;
		lane.tell('accepted', `accepted by Masakari: ${textOf(row)}`, { uuid }, at);
		await untilStored(
			demo.cloud,
			'its uuid in the incident',
			({ incidents }) => incidents[lane.host]?.value.uuid === uuid || undefined,
		);
		lane.tell('recorded', `recorded in the incident: notification ${uuid.slice(0, 8)}…`, { uuid });
	};
	await Promise.all([accepted, tellAll()]);
}

async function tellRecovered({ cloud, masakari }: Demo, lane: Lane): Promise<void> {
	const [row] = masakari.notifications;
	await masakari.waitFor(() => row?.status === 'finished', patienceMs);
	lane.tell('recovered', 'Masakari has recovered it, and left it on maintenance');
	await untilStored(
		cloud,
		'finished in the incident',
		({ incidents }) => incidents[lane.host]?.value.masakari_status === 'finished' || undefined,
	);
	lane.tell('followed', 'hostmonitor has followed it there: finished');
}
