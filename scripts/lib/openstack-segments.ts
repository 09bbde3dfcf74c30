/** Masakari's failover segments and their hosts. */

import { randomUUID } from 'node:crypto';
import { eventually } from './eventually.ts';
import type { SegmentSpec } from './masakari-state.ts';
import { query } from './openstack-postgres.ts';
import { listAt, type Rest, RestError, textAt } from './openstack-rest.ts';
import type { Site } from './openstack-site.ts';

const PATIENCE_MS = 120_000;

/** Makes a segment and its hosts; without a Nova that knows them, Masakari has to be given hosts by SQL. */
export async function addSegment(
	site: Site,
	rest: Rest,
	{ name, hosts, enabled = true }: SegmentSpec,
	withNova: boolean,
): Promise<void> {
	const url = `${site.url('masakari')}/v1/segments`;
	const segment = { name, recovery_method: 'auto', service_type: 'COMPUTE', enabled };
	// A disabled one is a microversion of its own in a POST; a PUT is not.
	const { enabled: _, ...created } = segment;
	const id = textAt(await rest('POST', url, { segment: created }), 'segment', 'uuid');
	if (!withNova) await insertHosts(site, id, hosts);
	for (const host of withNova ? hosts : []) {
		const { name: hostname, onMaintenance } = plain(host);
		const made = { name: hostname, type: 'COMPUTE', control_attributes: 'SSH' };
		const body = { host: { ...made, on_maintenance: onMaintenance } };
		await rest('POST', `${url}/${id}/hosts`, body);
	}
	if (!enabled) await disable(site, id);
}

/** What an operator does after a recovery; during one Masakari refuses it, and it is tried again. */
export async function clearMaintenance(site: Site, rest: Rest, host: string): Promise<void> {
	const url = `${site.url('masakari')}/v1/segments`;
	const clear = async () => {
		for (const segment of listAt(await rest('GET', url), 'segments')) {
			const hostsUrl = `${url}/${textAt(segment, 'uuid')}/hosts`;
			const hosts = listAt(await rest('GET', hostsUrl), 'hosts');
			const found = hosts.find((one) => textAt(one, 'name') === host);
			if (found === undefined) continue;
			await rest('PUT', `${hostsUrl}/${textAt(found, 'uuid')}`, {
				host: { on_maintenance: false },
			});
			return 'cleared';
		}
		return 'absent';
	};
	const unlessBusy = () =>
		clear().catch((error: unknown) => {
			if (error instanceof RestError && error.status === 409) return false;
			throw error;
		});
	const patience = { timeoutMs: PATIENCE_MS, everyMs: 500, what: `${host} off maintenance` };
	if ((await eventually(unlessBusy, patience)) === 'absent') throw new Error(`no host ${host}`);
}

function plain(host: SegmentSpec['hosts'][number]) {
	return typeof host === 'string' ? { name: host, onMaintenance: false } : host;
}

async function insertHosts(site: Site, segment: string, hosts: SegmentSpec['hosts']) {
	if (hosts.length === 0) return;
	const rows = hosts.map(plain).map(({ name, onMaintenance }) => {
		const texts = [randomUUID(), name, segment].map((text) => `'${text}'`).join(', ');
		return `(now() at time zone 'utc', ${texts}, 'COMPUTE', 'SSH', false, ${onMaintenance}, 0)`;
	});
	const columns =
		'created_at, uuid, name, failover_segment_id, type, control_attributes, reserved, on_maintenance, deleted';
	await query(site, 'masakari', `insert into hosts (${columns}) values ${rows.join(', ')}`);
}

async function disable(site: Site, segment: string): Promise<void> {
	await query(
		site,
		'masakari',
		`update failover_segments set enabled = false where uuid = '${segment}'`,
	);
}
