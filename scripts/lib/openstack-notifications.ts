/** What Masakari's own database has: an eye that asks neither its API nor hostmonitor. */

import type { OpenStack } from './openstack.ts';

/** A notification as it was accepted, and what became of it. */
export interface StoredNotification {
	readonly uuid: string;
	readonly host: string;
	readonly event: string;
	readonly status: string;
}

const query = `select n.notification_uuid, h.name, n.payload::json ->> 'event', n.status
	from notifications n join hosts h on h.uuid = n.source_host_uuid order by n.id`;

/** All that were ever accepted, the oldest first. */
export async function notificationsOf({ sql }: OpenStack): Promise<readonly StoredNotification[]> {
	const rows = await sql('masakari', query);
	return rows.map(([uuid = '', host = '', event = '', status = '']) => ({
		...{ uuid, host, event, status },
	}));
}

/** `STOPPED n1: finished` */
export function textOfStored({ host, event, status }: StoredNotification): string {
	return `${event} ${host}: ${status}`;
}
