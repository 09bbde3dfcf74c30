import { messageOf } from '../../handlers/lib/errors.ts';
import { systemClock } from '../../handlers/lib/io/clock.ts';
import { tellFailure } from './demo-diagnose.ts';
import { notificationsOf, textOfStored } from './openstack-notifications.ts';
import { showDeath } from './whole-way-death.ts';
import { showLinks } from './whole-way-links.ts';
import { showReturn } from './whole-way-return.ts';
import type { WholeWay } from './whole-way-setup.ts';

/** Plays all of it, and says whether each VM is where it must be, by exactly these notifications. */
export async function playWholeWay(way: WholeWay): Promise<boolean> {
	try {
		const began = systemClock.uptime();
		const uuid = await showDeath(way);
		await showReturn(way);
		const failed = await showLinks(way);
		const problems = await problemsOf(way, uuid, failed);
		if (problems.length > 0) return await fail(way, problems);
		await succeed(way, systemClock.uptime() - began);
		return true;
	} catch (error) {
		const cause = error instanceof Error && error.cause ? [messageOf(error.cause)] : [];
		return await fail(way, [messageOf(error), ...cause]);
	}
}

/** What Nova and Masakari's database have is what counts, not what hostmonitor says of it. */
async function problemsOf(
	{ nova, vm, killed, cut, openstack }: WholeWay,
	uuid: string,
	failed: string,
) {
	const { status, host } = await nova.vm(vm);
	const [stopped, started, refused, ...more] = await notificationsOf(openstack);
	const isOurs = stopped?.uuid === uuid && textOfStored(stopped) === `STOPPED ${killed}: finished`;
	return [
		...(status === 'ACTIVE' && host !== killed ? [] : [`the VM is ${status} on ${host}`]),
		...(isOurs ? [] : [`notification ${uuid} is not the one in Masakari's database`]),
		...(started?.event === 'STARTED' && started.host === killed ? [] : ['no STARTED was stored']),
		...(refused?.uuid === failed && textOfStored(refused) === `STOPPED ${cut}: failed`
			? []
			: [`notification ${failed} is not the third in Masakari's database`]),
		...more.map((row) => `Masakari was also told ${textOfStored(row)}`),
	];
}

async function succeed(
	{ teller, openstack, vm, nova, cut }: WholeWay,
	seconds: number,
): Promise<void> {
	const notifications = (await notificationsOf(openstack)).map(textOfStored);
	const { host } = await nova.vm(vm);
	teller.heading("All that Masakari's database has:");
	const lines = [
		...notifications.map((text) => `  ${text}`),
		`vm-1 runs on ${host}, vm-2 on ${cut}.`,
		`Passed in ${seconds.toFixed(0)} s.`,
	];
	const fields = { passed: true, notifications, host, seconds: Math.round(seconds) };
	teller.note('result', lines.join('\n'), fields);
}

async function fail(way: WholeWay, problems: readonly string[]): Promise<false> {
	const stored = await notificationsOf(way.openstack).catch(() => []);
	return await tellFailure(way, problems, stored.map(textOfStored));
}
