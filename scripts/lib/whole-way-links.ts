import { setTimeout as sleep } from 'node:timers/promises';
import { cutNetwork } from './demo-cut.ts';
import { tellDetected } from './demo-stations.ts';
import type { Lane } from './demo-tell.ts';
import { untilSerf } from './demo-watch.ts';
import { notificationsOf, textOfStored } from './openstack-notifications.ts';
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
	const { cloud, cut, confirmSeconds, openstack } = way;
	const lane = await cutNetwork(way);
	// Nothing happens: there is no event to wait for.
	await sleep((confirmSeconds + roundsSeconds) * 1000);
	const told = (await notificationsOf(openstack)).filter(({ host }) => host === cut);
	if (told.length > 0) throw new Error(`Masakari was told ${told.map(textOfStored).join(', ')}`);
	lane.tell('not_told', 'Masakari was told nothing of it');
	await tellThere(way, lane);
	await cloud.host(cut).agent(cloud.hub).start();
	await untilSerf(cloud, cloud.hub, cut, 'passing');
	lane.tell('serf_passing', 'its agent is started again');
}

async function showStorage(way: WholeWay): Promise<string> {
	const { cloud, teller, cut, nova } = way;
	const network = cloud.networks.at(-1) ?? cloud.hub;
	teller.heading(
		`${cut} loses its ${network} network; its nova-compute lives, and nobody fences it`,
	);
	const lane = teller.lane(cut, 'cut', `its agent on ${network} is killed`, { network });
	await cloud.host(cut).agent(network).kill();
	const [uuid] = await Promise.all([tellAccepted(way, lane), tellDetected(way, lane, network)]);
	await tellEnd(way, lane, uuid, 'failed');
	await nova.untilService(cut, 'disabled', 'up');
	const refused = 'Nova evacuates nobody from a host whose nova-compute is up; it is disabled now';
	lane.tell('service_disabled', refused);
	await tellThere(way, lane);
	const command = `hostmonitor acknowledge ${cut}`;
	const text = `an operator's turn: ${command}; with fencing its power would have been cut first`;
	lane.tell('left_to_operator', text, { command });
	return uuid;
}

async function tellThere({ nova, cutVm, cut }: WholeWay, { tell }: Lane): Promise<void> {
	const { status, host } = await nova.vm(cutVm);
	if (status !== 'ACTIVE' || host !== cut) throw new Error(`vm-2 is ${status} on ${host}`);
	tell('vm_stays', `Nova: vm-2 is ACTIVE on ${host}, where it was`);
}
