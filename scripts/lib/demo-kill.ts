import { textOf, untilNotified } from './demo-expect.ts';
import type { Demo } from './demo-setup.ts';
import type { Lane } from './demo-tell.ts';
import { patienceMs, untilSerf, untilStored, uptimeAt } from './demo-watch.ts';

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

async function tellDetected({ cloud }: Demo, lane: Lane, network: string): Promise<void> {
	const inCatalog = async () => {
		await untilSerf(cloud, network, lane.host, 'critical');
		lane.tell('serf_critical', `serfHealth critical on ${network}`, { network });
	};
	const inSnapshot = async () => {
		const isDown = (hosts: readonly string[] = []) => hosts.includes(lane.host) || undefined;
		await untilStored(cloud, `a snapshot of ${network} with ${lane.host} down`, (stored) =>
			isDown(stored.snapshots[network]?.value.down),
		);
		lane.tell('snapshot', `snapshot: networks/${network} has it down`, { network });
	};
	await Promise.all([inCatalog(), inSnapshot()]);
}

async function tellDue({ cloud }: Demo, lane: Lane, controller: string): Promise<void> {
	await untilStored(
		cloud,
		`${lane.host} due for ${controller}`,
		({ views }) => views[controller]?.value.due[lane.host],
	);
	lane.tell('due', `due: ${controller} has read it itself`, { controller });
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

/** Both moments are the controller's own record: all hosts of the demo share one kernel's clocks. */
async function tellCommitted({ cloud, confirmSeconds }: Demo, lane: Lane): Promise<void> {
	const { attempt, sighting } = await untilStored(cloud, 'an incident', (stored) => {
		const attempt = stored.incidents[lane.host]?.value.attempt;
		return attempt && { attempt, sighting: stored.views[attempt.controller]?.value.due[lane.host] };
	});
	const { controller, committed_at } = attempt;
	if (sighting) {
		const text = `confirmed: ${controller} has read so for ${confirmSeconds} s`;
		lane.tell('confirmed', text, { controller }, sighting.first_seen + confirmSeconds);
	}
	const text = `committed by ${controller}: hosts/${lane.host}`;
	lane.tell('committed', text, { controller }, uptimeAt(committed_at));
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
