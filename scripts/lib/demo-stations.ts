import type { Cloud } from './cloud.ts';
import type { Lane } from './demo-tell.ts';
import { untilSerf, untilStored, uptimeAt } from './demo-watch.ts';

/** What the stations on a host's way are read from. */
export interface Scene {
	readonly cloud: Cloud;
	readonly confirmSeconds: number;
}

/** A network calls it critical, and has a snapshot that says so. */
export async function tellDetected({ cloud }: Scene, lane: Lane, network: string): Promise<void> {
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

/** A controller has read it itself. */
export async function tellDue({ cloud }: Scene, lane: Lane, controller: string): Promise<void> {
	await untilStored(
		cloud,
		`${lane.host} due for ${controller}`,
		({ views }) => views[controller]?.value.due[lane.host],
	);
	lane.tell('due', `due: ${controller} has read it itself`, { controller });
}

/** Confirmed and committed; both moments are the controller's own record: all hosts share one kernel's clocks. */
export async function tellCommitted({ cloud, confirmSeconds }: Scene, lane: Lane): Promise<void> {
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

/** Every network has it back, and a controller has begun to wait for that to stand. */
export async function tellReturning({ cloud, confirmSeconds }: Scene, lane: Lane): Promise<void> {
	const { host } = lane;
	await Promise.all(cloud.networks.map((one) => untilSerf(cloud, one, host, 'passing')));
	lane.tell('serf_passing', 'serfHealth passing on all networks');
	const controller = await untilStored(cloud, `${host} returning in a view`, ({ views }) =>
		Object.keys(views).find((name) => views[name]?.value.returning[host]),
	);
	const text = `coming back, says ${controller}; to stand for ${confirmSeconds} s`;
	lane.tell('returning', text, { controller });
}

/** What was committed to has ended. */
export async function tellClosed({ cloud }: Scene, lane: Lane): Promise<void> {
	const { key, at } = await untilStored(cloud, 'a closed incident', ({ history }) => {
		const [key] = Object.keys(history);
		const closed = history[key ?? '']?.value;
		return closed?.name === lane.host ? { key, at: uptimeAt(closed.closed_at) } : undefined;
	});
	lane.tell('closed', `incident closed: history/${key}`, { key }, at);
}
