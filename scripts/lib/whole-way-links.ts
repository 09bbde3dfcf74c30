import { setTimeout as sleep } from 'node:timers/promises';
import { tellDetected } from './demo-stations.ts';
import { untilCheckNames, untilSerf } from './demo-watch.ts';
import { tellAccepted, tellEnd } from './whole-way-death.ts';
import type { WholeWay } from './whole-way-setup.ts';

/** Rounds of the check after `confirm` in which a host that was taken for a dead one would have been told. */
const roundsSeconds = 20;

/** A host whose nova-compute lives loses one network after the other; gives the notification of the second. */
export async function showLinks(way: WholeWay): Promise<string> {
	await showManagement(way);
	return await showStorage(way);
}

async function showManagement(way: WholeWay): Promise<void> {
	const { cloud, teller, cut, confirmSeconds } = way;
	const network = cloud.hub;
	teller.heading(`${cut} loses its ${network} network alone. Nothing may happen`);
	const lane = teller.lane(cut, 'cut', `its agent on ${network} is killed`, { network });
	await cloud.host(cut).agent(network).kill();
	await untilSerf(cloud, network, cut, 'critical');
	lane.tell('serf_critical', `serfHealth critical on ${network}`, { network });
	const { controller, line } = await untilCheckNames(cloud, cut);
	const why = `why nothing: the check of ${controller} says\n"${line}"`;
	lane.tell('left_alone', why, { controller, line });
	// Nothing happens: there is no event to wait for.
	await sleep((confirmSeconds + roundsSeconds) * 1000);
	await tellThere(way, lane.tell);
	await cloud.host(cut).agent(network).start();
	await untilSerf(cloud, network, cut, 'passing');
	lane.tell('serf_passing', 'its agent is started again');
}

async function showStorage(way: WholeWay): Promise<string> {
	const { cloud, teller, cut, nova } = way;
	const network = cloud.networks.at(-1) ?? cloud.hub;
	teller.heading(
		`${cut} loses its ${network} network, its nova-compute lives, and nobody fences it`,
	);
	const lane = teller.lane(cut, 'cut', `its agent on ${network} is killed`, { network });
	await cloud.host(cut).agent(network).kill();
	const [uuid] = await Promise.all([tellAccepted(way, lane), tellDetected(way, lane, network)]);
	await tellEnd(way, lane, uuid, 'failed');
	await nova.untilService(cut, 'disabled', 'up');
	const refused =
		'Nova evacuates nobody from a host whose nova-compute is up, and has it disabled now';
	lane.tell('service_disabled', refused);
	await tellThere(way, lane.tell);
	const way_out = `hostmonitor acknowledge ${cut}, or fencing, which cuts its power first`;
	lane.tell('way_out', `an operator's turn: ${way_out}`);
	return uuid;
}

async function tellThere(
	{ nova, cutVm, cut }: WholeWay,
	tell: (event: string, text: string) => void,
) {
	const { status, host } = await nova.vm(cutVm);
	if (status !== 'ACTIVE' || host !== cut) throw new Error(`vm-2 is ${status} on ${host}`);
	tell('vm_stays', `Nova: vm-2 is ACTIVE on ${host}, where it was`);
}
