import { systemClock } from '../../handlers/lib/io/clock.ts';
import type { Demo } from './demo-setup.ts';
import { patienceMs, untilStored } from './demo-watch.ts';
import { isProbe } from './masakari-calls.ts';
import type { NotificationRow } from './masakari-rows.ts';

/** All of a notification that matters: `STOPPED compute-2 OFFLINE NORMAL`. */
export function textOf({ host, payload }: NotificationRow): string {
	const { event, cluster_status: cluster, host_status: status } = payload;
	return [event, host.name, cluster, status].join(' ');
}

/** Who dies, and whom Masakari is told of it. */
export type Told = Pick<Demo, 'killed' | 'masakari'>;

function expectedOf({ killed }: Told): readonly string[] {
	return [`STOPPED ${killed} OFFLINE NORMAL`, `STARTED ${killed} ONLINE NORMAL`];
}

/** Rejects as soon as Masakari takes a notification that it should not have been sent. */
export function wrongNotification(demo: Told): Promise<never> {
	const { masakari } = demo;
	const expected = expectedOf(demo);
	return new Promise((_, reject) => {
		masakari.on('notification', () => {
			const wrong = masakari.notifications.find((row, i) => textOf(row) !== expected[i]);
			if (wrong) reject(new Error(`Masakari was told ${textOf(wrong)}`));
		});
	});
}

/** The first or second notification that Masakari takes, and the uptime at which it did. */
export async function untilNotified(
	{ masakari }: Demo,
	position: 0 | 1,
): Promise<{ readonly row: NotificationRow; readonly at: number }> {
	const row = await masakari.waitFor(() => masakari.notifications[position], patienceMs);
	return { row, at: systemClock.uptime() };
}

/** Resolves when nothing is going on any more: no incident is open, and nobody is due. */
export async function untilSettled({ cloud }: Demo): Promise<void> {
	await untilStored(cloud, 'no incident and nobody due', ({ incidents, views }) => {
		const due = Object.values(views).flatMap(({ value }) => Object.keys(value.due));
		return (due.length === 0 && Object.keys(incidents).length === 0) || undefined;
	});
}

/** What was wrong with all that Masakari was told or refused; empty where nothing was. */
export function problemsOf(demo: Told): string[] {
	const { masakari } = demo;
	const told = masakari.notifications.map(textOf).join(', ');
	const expected = expectedOf(demo).join(', ');
	const posts = masakari.calls.filter((call) => call.method === 'POST' && !isProbe(call));
	const refused = posts.filter(({ status }) => status !== 202);
	return [
		...(told === expected ? [] : [`Masakari was told: ${told || 'nothing'}; not: ${expected}`]),
		...refused.map(({ status, body }) => `answered ${status}: ${JSON.stringify(body)}`),
	];
}
