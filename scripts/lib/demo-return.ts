import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../handlers/lib/io/clock.ts';
import { textOf, untilNotified } from './demo-expect.ts';
import { clearMaintenance } from './demo-masakari.ts';
import type { Demo } from './demo-setup.ts';
import { tellClosed, tellReturning } from './demo-stations.ts';
import type { Lane } from './demo-tell.ts';
import { untilStored } from './demo-watch.ts';

/** Rounds of the check after which a leave that was taken for a death would have been told. */
const roundsSeconds = 20;

/** Brings the dead host back while another one is shut down as planned. */
export async function returnHost(demo: Demo): Promise<Lane> {
	const { teller, killed, leaving } = demo;
	teller.heading(`${killed} comes back; ${leaving} is shut down, and nothing may come of that`);
	const [lane] = await Promise.all([leave(demo), comeBack(demo)]);
	return lane;
}

async function leave({ cloud, teller, leaving, confirmSeconds }: Demo): Promise<Lane> {
	const lane = teller.lane(leaving, 'leave', '`consul leave` on its three agents');
	await cloud.host(leaving).leave();
	await untilStored(cloud, `${leaving} left in every snapshot`, ({ snapshots }) => {
		const has = (network: string) => snapshots[network]?.value.left.includes(leaving);
		return cloud.networks.every(has) || undefined;
	});
	lane.tell('left', 'why nothing: every snapshot has it left, not down');
	const seconds = lane.began + confirmSeconds + roundsSeconds - systemClock.uptime();
	if (seconds > 0) await sleep(seconds * 1000);
	return lane;
}

async function comeBack(demo: Demo): Promise<void> {
	const { cloud, masakari, teller, killed } = demo;
	await clearMaintenance(masakari.url, killed);
	const update = `openstack segment host update compute ${killed} --on_maintenance False`;
	teller.lane(
		killed,
		'maintenance_cleared',
		`an operator clears what Masakari set, as by\n${update}`,
	);
	const lane = teller.lane(
		killed,
		'start',
		'its three agents are started; + is the time since then',
	);
	await cloud.host(killed).start();
	await tellReturning(demo, lane);
	const started = untilNotified(demo, 1);
	const tellAll = async () => {
		await tellClosed(demo, lane);
		const { row, at } = await started;
		lane.tell('started', `accepted by Masakari: ${textOf(row)}`, { uuid: row.uuid }, at);
		await untilStored(cloud, 'STARTED accepted in the history', ({ history }) =>
			Object.values(history).find(({ value }) => value.started?.state === 'accepted'),
		);
		lane.tell('started_recorded', 'recorded in the history');
	};
	await Promise.all([started, tellAll()]);
}
