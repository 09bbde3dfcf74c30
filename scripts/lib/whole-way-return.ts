import { tellClosed, tellReturning } from './demo-stations.ts';
import { untilStored } from './demo-watch.ts';
import type { WholeWay } from './whole-way-setup.ts';

/** Brings the host back as an operator does, and tells how its incident ends. */
export async function showReturn(way: WholeWay): Promise<void> {
	const { cloud, teller, killed, openstack, nova } = way;
	teller.heading(`${killed} is repaired, and comes back`);
	await openstack.clearMaintenance(killed);
	await nova.enable(killed);
	const orders = [
		`openstack segment host update compute ${killed} --on_maintenance False`,
		`openstack compute service set --enable ${killed} nova-compute`,
	];
	const undone = `an operator undoes what the recovery has set, as by\n${orders.join('\n')}`;
	teller.lane(killed, 'maintenance_cleared', undone);
	const act = 'its agents and its nova-compute are started; + is the time since then';
	const lane = teller.lane(killed, 'start', act);
	await way.start(killed);
	await tellReturning(way, lane);
	await tellClosed(way, lane);
	await untilStored(cloud, 'STARTED accepted in the history', ({ history }) =>
		Object.values(history).find(({ value }) => value.started?.state === 'accepted'),
	);
	lane.tell('started', 'Masakari was told that it is back: STARTED, accepted');
	await nova.untilService(killed, 'enabled', 'up');
	lane.tell('service_up', 'Nova: its nova-compute is enabled and up');
}
