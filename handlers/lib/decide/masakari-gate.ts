import type { HostFacts } from './hosts.ts';
import type { NotificationRow } from './masakari.ts';
import { isNotifiable, notifiable } from './names.ts';
import { isOwn } from './notification.ts';
import type { Stored } from './stored.ts';
import type { World } from './world.ts';

/** Masakari refuses a second STOPPED of a host dated within this many ms of the first. */
const duplicateWindowMs = 180_000;

/** Whether some record of ours, open or closed, stands behind this row. */
function isRecorded(stored: Stored, host: string, row: NotificationRow): boolean {
	const open = stored.incidents[host]?.value;
	const records = Object.values(stored.history)
		.map(({ value }) => value)
		.filter((closed) => closed.name.toLowerCase() === host);
	return [...(open ? [open] : []), ...records].some(
		(record) => record.uuid === row.uuid || isOwn(row, record),
	);
}

/** STOPPED rows about this host, newest first. */
function stoppedRows(world: World, host: string): readonly NotificationRow[] {
	if (!world.masakari?.ok) return [];
	const uuid = world.masakari.hosts.get(host)?.uuid;
	return world.masakari.rows.filter(
		(row) => row.source_host_uuid === uuid && row.event === 'STOPPED',
	);
}

/** The row in Masakari that an open incident's POST left there, whatever its sender saw. */
export function ownRow(world: World, host: string): NotificationRow | undefined {
	const incident = world.stored.incidents[host]?.value;
	return incident && stoppedRows(world, host).find((row) => isOwn(row, incident));
}

/** Holds where Masakari would refuse or ignore the notification, or knows one that we do not. */
export function masakariGate({ host, name }: HostFacts, world: World): string | null {
	const { masakari, stored } = world;
	if (masakari === null) return null;
	if (!masakari.ok) return `Masakari does not answer: ${masakari.error}`;
	if (!isNotifiable(name)) return `Masakari takes no host of this name, only ${notifiable}`;
	const known = masakari.hosts.get(host);
	if (known === undefined) return 'in no failover segment of Masakari';
	if (known.name !== name) return `Masakari spells it ${known.name}, Consul ${name}`;
	if (!known.segment_enabled) return `failover segment ${known.segment} is disabled`;
	if (ownRow(world, host)) return 'already notified; its row is being adopted';
	const rows = stoppedRows(world, host);
	const foreign = rows.find((row) => !isRecorded(stored, host, row));
	if (foreign) {
		return `Masakari has a STOPPED of ${foreign.generated_time} (${foreign.uuid}) that no record names`;
	}
	if (known.on_maintenance)
		return 'on maintenance in Masakari since an earlier recovery, or by hand';
	const until = duplicateUntil(rows);
	return until > world.now
		? `Masakari takes a second STOPPED only after ${new Date(until).toISOString()}`
		: null;
}

/** When the duplicate window of the newest row is over, ms since the epoch; 0 without one. */
function duplicateUntil(rows: readonly NotificationRow[]): number {
	const times = rows.map((row) => Date.parse(row.generated_time) + duplicateWindowMs + 1000);
	return Math.max(0, ...times);
}
