/** Nova with what it needs: tables, processes, and hosts that are known to it. */

import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { eventually } from './eventually.ts';
import { prepareNova } from './openstack-nova-config.ts';
import { databaseUrl } from './openstack-postgres.ts';
import { answers, listens } from './openstack-ready.ts';
import { listAt, type Rest, textAt } from './openstack-rest.ts';
import { createService, type Service } from './openstack-service.ts';
import type { Site } from './openstack-site.ts';

/** Databases of their own. */
export const NOVA_DATABASES = ['nova_api', 'nova_cell0', 'nova', 'placement', 'glance', 'neutron'];

const COMPUTE_PROGRAM = resolve(import.meta.dirname, 'openstack-nova-compute.py');

/** Writes configuration and makes all tables. */
export async function fillNova(site: Site, computes: readonly string[]): Promise<void> {
	for (const dir of ['conf/placement', 'state/images', ...computes.map((one) => `state/${one}`)]) {
		mkdirSync(site.path(dir), { recursive: true });
	}
	prepareNova(site, computes);
	const nova = (...args: string[]) => site.run(program(site, 'nova-manage', 'nova', ...args));
	await nova('api_db', 'sync');
	await nova('cell_v2', 'map_cell0', '--database_connection', databaseUrl(site, 'nova_cell0'));
	await nova('cell_v2', 'create_cell', '--name', 'cell1');
	await nova('db', 'sync');
	await site.run(program(site, 'placement-manage', 'placement/placement', 'db', 'sync'));
	await site.run(program(site, 'glance-manage', 'glance-api', 'db_sync'));
	await site.run(program(site, 'neutron-db-manage', 'neutron', 'upgrade', 'heads'));
}

/** Everything but nova-compute, none of it started yet. */
export function createNova(site: Site): Readonly<Record<string, Service>> {
	const service = (name: string, config: string, ready: () => Promise<boolean> | boolean) =>
		createService(site, { name, command: program(site, name, config), ready });
	return {
		placement: createService(site, {
			name: 'placement',
			command: ['uwsgi', '--ini', site.path('conf', 'placement-uwsgi.ini')],
			env: { OS_PLACEMENT_CONFIG_DIR: site.path('conf', 'placement') },
			ready: () => answers(site.url('placement')),
		}),
		'glance-api': service('glance-api', 'glance-api', () => answers(site.url('glance'))),
		'neutron-server': service('neutron-server', 'neutron', () => answers(site.url('neutron'))),
		'nova-api': service('nova-api', 'nova', () => listens(site.address, site.port('nova'))),
		// Whoever calls them waits for them.
		'nova-conductor': service('nova-conductor', 'nova', () => true),
		'nova-scheduler': service('nova-scheduler', 'nova', () => true),
	};
}

/** The nova-compute of one host; it reports to Nova a moment after it has started. */
export function createCompute(site: Site, host: string): Service {
	const configs = ['nova.conf', `compute-${host}.conf`];
	const files = configs.flatMap((name) => ['--config-file', site.path('conf', name)]);
	return createService(site, {
		name: `nova-compute-${host}`,
		command: ['/usr/bin/python3', COMPUTE_PROGRAM, ...files],
		ready: () => true,
	});
}

/** Resolves when Nova may put VMs on all hosts. */
export async function computesMapped(
	site: Site,
	rest: Rest,
	computes: readonly string[],
): Promise<void> {
	// Without the router plugin, a list of ports is a 500 until any other query has been made.
	await rest('GET', `${site.url('neutron')}/v2.0/networks`);
	const up = async () => {
		const found = await rest('GET', `${site.url('nova')}/v2.1/os-hypervisors/detail`);
		const states = new Map(
			listAt(found, 'hypervisors').map((one) => [
				textAt(one, 'service', 'host'),
				textAt(one, 'state'),
			]),
		);
		return computes.every((host) => states.get(host) === 'up');
	};
	await eventually(up, { timeoutMs: 120_000, everyMs: 250, what: 'all hosts up in Nova' });
}

function program(site: Site, name: string, config: string, ...args: string[]): string[] {
	const file = site.path('conf', `${config}.conf`);
	return ['/usr/bin/python3', `/usr/bin/${name}`, '--config-file', file, ...args];
}
