/** Masakari: its files, its tables, its API and its engine. */

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
	common,
	database,
	type Ini,
	iniText,
	passwordOf,
	tokenChecks,
} from './openstack-config.ts';
import { brokerUrl } from './openstack-rabbit.ts';
import { listens } from './openstack-ready.ts';
import { createService, type Service } from './openstack-service.ts';
import type { Site } from './openstack-site.ts';

const INSTALLED = '/usr/lib/python3/dist-packages/masakari';

/** Writes its configuration, and the copy of the package that it runs from. */
export function prepareMasakari(site: Site, waitSeconds: number): void {
	const paste = site.path('conf', 'masakari-api-paste.ini');
	cpSync('/etc/masakari/api-paste.ini', paste);
	site.write('conf/masakari.conf', iniText(settings(site, waitSeconds, paste)));
	copyPackage(site);
}

function settings(site: Site, waitSeconds: number, paste: string): Ini {
	return {
		DEFAULT: {
			...{ auth_strategy: 'keystone', host: 'controller', state_path: site.path('state') },
			...{ masakari_api_listen: site.address, masakari_api_workers: 1 },
			masakari_api_listen_port: site.port('masakari'),
			transport_url: brokerUrl(site),
			nova_catalog_admin_info: 'compute:nova:publicURL',
			os_privileged_user_name: 'nova',
			os_privileged_user_password: passwordOf('nova'),
			os_privileged_user_tenant: 'service',
			os_privileged_user_auth_url: `${site.url('keystone')}/v3`,
			...{ os_user_domain_name: 'Default', os_project_domain_name: 'Default' },
			wait_period_after_service_update: waitSeconds,
			wait_period_after_evacuation: 60,
			// How soon it retries, and takes up what it was never told of: 120 and 60 s by default.
			process_unfinished_notifications_interval: 5,
			retry_notification_new_status_interval: 10,
			// How long it waits for the engine's word: 60 s by default.
			rpc_response_timeout: 5,
			...{ periodic_fuzzy_delay: 0, graceful_shutdown_timeout: 3 },
		},
		host_failure: { evacuate_all_instances: 'true' },
		wsgi: { api_paste_config: paste },
		database: database(site, 'masakari'),
		// Debian's package lacks what it takes to make these tables elsewhere.
		taskflow: { connection: `sqlite:///${site.path('state', 'taskflow.db')}` },
		...tokenChecks(site, 'masakari', 'instance-ha'),
		...common(site),
	};
}

/**
 * Debian's masakari 14.0.2 passes `read_deleted=None`, which its newer oslo.messaging refuses: every create
 * is a 500. Only the copy is changed, and another version, or one that was mended, is refused.
 */
function copyPackage(site: Site): void {
	const copy = site.path('python', 'masakari');
	const filter = (source: string) => !source.startsWith(join(INSTALLED, 'tests'));
	cpSync(INSTALLED, copy, { recursive: true, filter });
	const file = join(copy, 'context.py');
	const text = readFileSync(file, 'utf8');
	const mended = text.replace(/^( *self\.read_deleted = read_deleted)$/m, '$1 or "no"');
	if (mended === text) throw new Error(`${INSTALLED}/context.py is not as expected`);
	writeFileSync(file, mended);
}

/** Makes its tables. */
export async function fillMasakari(site: Site): Promise<void> {
	await site.run([...program(site, 'manage'), 'db', 'sync'], pythonPath(site));
}

/** masakari-api */
export function createMasakariApi(site: Site): Service {
	const log = ['--log-file', site.path('log', 'masakari-api.log')];
	return createService(site, {
		name: 'masakari-api',
		command: [...program(site, 'api'), ...log],
		env: pythonPath(site),
		ready: () => listens(site.address, site.port('masakari')),
	});
}

/** masakari-engine, ready once it has said hello to the broker. */
export function createMasakariEngine(site: Site): Service {
	const file = site.path('log', 'masakari-engine.log');
	const service = createService(site, {
		name: 'masakari-engine',
		command: [...program(site, 'engine'), '--log-file', file],
		env: pythonPath(site),
		ready: () => knownToBroker(site, service.pid),
	});
	return service;
}

// It has no port, and logs nothing of its own once it listens.
function knownToBroker(site: Site, pid: number | undefined): boolean {
	const log = readFileSync(site.path('log', 'rabbitmq.out'), 'utf8');
	return log.includes(`masakari-engine:${pid}:`);
}

function program(site: Site, name: string): string[] {
	const config = ['--config-file', site.path('conf', 'masakari.conf')];
	return ['/usr/bin/python3', `/usr/bin/masakari-${name}`, ...config];
}

function pythonPath(site: Site) {
	return { PYTHONPATH: site.path('python') };
}
