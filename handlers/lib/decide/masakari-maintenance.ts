import type { Compared } from './compared.ts';
import type { MasakariFacts, SegmentHost } from './masakari.ts';
import { decideVerdict } from './matrix.ts';
import { shellWord } from './wording.ts';
import { holds } from './words.ts';

/** Masakari's statuses of a recovery that is not over. */
const running = ['new', 'running', 'error'];

/**
 * A host in service that Masakari has on maintenance: it sets that when it recovers a host, never clears
 * it, and refuses the next notification. Null for one whose outage is not over, whose recovery still runs
 * (Masakari would refuse the change), or that an operator has in maintenance here, too. In service is up
 * on some network, with a verdict that leaves it alone.
 */
export function maintenanceText(
	host: string,
	{ name, uuid, segment, on_maintenance }: SegmentHost,
	{ rows }: Extract<MasakariFacts, { ok: true }>,
	compared: Compared,
): string | null {
	const { settings, stored, vectors } = compared;
	const vector = vectors.get(host) ?? {};
	const isUp =
		Object.values(vector).includes('up') && decideVerdict(settings.matrix, vector) === 'none';
	const recovers = rows.some(
		(row) =>
			row.source_host_uuid === uuid && row.event === 'STOPPED' && running.includes(row.status),
	);
	if (!on_maintenance || !isUp || stored.incidents[host] || recovers) return null;
	if (isOurs(host, compared)) return null;
	const last = Object.values(stored.history)
		.map(({ value }) => value)
		.filter((closed) => closed.name.toLowerCase() === host && closed.state === 'notified')
		.map(({ attempt }) => attempt.generated_time)
		.sort()
		.at(-1);
	const since = last === undefined ? 'an earlier recovery, or by hand' : `its recovery of ${last}`;
	const clear = `openstack segment host update --on_maintenance False ${shellWord(segment)} ${shellWord(name)}`;
	return `${name}: up, but on maintenance since ${since}, nobody evacuates it next time: ${clear}`;
}

/** Whether an operator keeps the host from being recovered by our own means. */
function isOurs(host: string, { stored, snapshots, now }: Compared): boolean {
	const word = stored.maintenance[host]?.value;
	const isSaid = word !== undefined && holds(word, now);
	return isSaid || Object.values(snapshots).some(({ maintenance }) => maintenance.includes(host));
}
