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
		tellFinished(way, lane),
		tellMoved(way, lane),
		...cloud.networks.map((network) => tellDetected(way, lane, network)),
		...cloud.controllers.map(({ name }) => tellDue(way, lane, name)),
	]);
	return uuid;
}

async function tellFinished(way: WholeWay, lane: Lane): Promise<string> {
	const uuid = await tellAccepted(way, lane);
	await tellEnd(way, lane, uuid, 'finished');
	return uuid;
}

/** The host's notification, as soon as its incident has it, and Masakari's word on it if one is asked for. */
function untilNotified({ cloud }: WholeWay, host: string, status?: NotificationStatus) {
	return untilStored(cloud, `${status ?? 'a notification'} in the incident`, ({ incidents }) => {
		const { uuid, notified_at, masakari_status } = incidents[host]?.value ?? {};
		const known = uuid !== undefined && notified_at !== undefined;
		return known && (!status || masakari_status === status) ? { uuid, notified_at } : undefined;
	});
}

/** Committed, and accepted by Masakari; gives the notification. */
export async function tellAccepted(way: WholeWay, lane: Lane): Promise<string> {
	await tellCommitted(way, lane);
	const { uuid, notified_at } = await untilNotified(way, lane.host);
	const accepted = `accepted by Masakari, recorded in the incident:\nnotification ${uuid}`;
	lane.tell('accepted', accepted, { uuid }, uptimeAt(notified_at));
	return uuid;
}

/** How Masakari's recovery ends, which must be so, and that hostmonitor knows. */
export async function tellEnd(
	way: WholeWay,
	lane: Lane,
	uuid: string,
	end: 'finished' | 'failed',
): Promise<void> {
	const { rest, masakariUrl } = way.openstack;
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
	// What failed is tried once more.
	const last = await statusAfter('new', 'running', ...(end === 'failed' ? ['error'] : []));
	if (last !== end) throw new Error(`Masakari's recovery ended ${last}`);
	lane.tell('ended', `Masakari: ${end}, and the host is left on maintenance`, { status: end });
	await untilNotified(way, lane.host, end);
	lane.tell('followed', `hostmonitor has followed it there: ${end}`, { uuid });
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
