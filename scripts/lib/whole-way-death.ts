import type { NotificationStatus } from '../../handlers/lib/decide/incident.ts';
import { tellCommitted, tellDetected, tellDue } from './demo-stations.ts';
import type { Lane } from './demo-tell.ts';
import { patienceMs, untilStored, uptimeAt } from './demo-watch.ts';
import { eventually } from './eventually.ts';
import { textAt } from './openstack-rest.ts';
import type { WholeWay } from './whole-way-setup.ts';

/** Kills the host, and tells every station from there to its VM on another one; gives the notification. */
export async function showDeath(way: WholeWay): Promise<string> {
	const { cloud, teller, killed } = way;
	teller.heading(`${killed} dies. Its VM must run elsewhere, and nobody touches anything`);
	const act = 'its three agents and its nova-compute are killed; + is the time since then';
	const lane = teller.lane(killed, 'kill', act);
	await way.kill(killed);
	const [uuid] = await Promise.all([
		tellNotified(way, lane),
		tellMoved(way, lane),
		...cloud.networks.map((network) => tellDetected(way, lane, network)),
		...cloud.controllers.map(({ name }) => tellDue(way, lane, name)),
	]);
	return uuid;
}

async function tellNotified(way: WholeWay, lane: Lane): Promise<string> {
	await tellCommitted(way, lane);
	const incidentWhen = (what: string, status?: NotificationStatus) =>
		untilStored(way.cloud, what, ({ incidents }) => {
			const { uuid, notified_at, masakari_status } = incidents[lane.host]?.value ?? {};
			const known = uuid !== undefined && notified_at !== undefined;
			return known && (!status || masakari_status === status) ? { uuid, notified_at } : undefined;
		});
	const { uuid, notified_at } = await incidentWhen('a notification in the incident');
	const accepted = `accepted by Masakari, recorded in the incident:\nnotification ${uuid}`;
	lane.tell('accepted', accepted, { uuid }, uptimeAt(notified_at));
	await tellRecovered(way, lane, uuid);
	await incidentWhen('finished in the incident', 'finished');
	lane.tell('followed', 'hostmonitor has followed it there: finished', { uuid });
	return uuid;
}

async function tellRecovered({ openstack }: WholeWay, lane: Lane, uuid: string): Promise<void> {
	const { rest, masakariUrl } = openstack;
	const statusAfter = (...before: readonly string[]) =>
		eventually(
			async () => {
				const answer = await rest('GET', `${masakariUrl}/notifications/${uuid}`);
				const status = textAt(answer, 'notification', 'status');
				return !before.includes(status) && status;
			},
			{ timeoutMs: patienceMs, everyMs: 300, what: `${uuid} past ${before.join(' and ')}` },
		);
	const first = await statusAfter('new');
	lane.tell('masakari_status', `Masakari: ${first}; it has the host disabled in Nova first`, {
		status: first,
	});
	const last = await statusAfter('new', 'running');
	if (last !== 'finished') throw new Error(`Masakari's recovery ended ${last}`);
	lane.tell('recovered', 'Masakari: finished, and the host is left on maintenance');
}

async function tellMoved({ nova, vm }: WholeWay, lane: Lane): Promise<void> {
	await nova.untilEvacuated(vm);
	lane.tell('evacuating', 'Nova evacuates the VM');
	const elsewhere = `vm-1 ACTIVE elsewhere than on ${lane.host}`;
	const { host } = await nova.until(
		vm,
		elsewhere,
		(now) => now.status === 'ACTIVE' && now.host !== lane.host,
	);
	lane.tell('vm_active', `Nova: vm-1 is ACTIVE on ${host}`, { vm, to: host });
}
