/** Configuration files of Nova, Placement, Glance and Neutron: as little of each as an evacuation takes. */

import { cpSync } from 'node:fs';
import {
	common,
	database,
	type Ini,
	identity,
	iniText,
	REGION,
	tokenChecks,
	uwsgi,
} from './openstack-config.ts';
import { brokerUrl } from './openstack-rabbit.ts';
import type { Site } from './openstack-site.ts';

/** Writes them all, one more for each host's nova-compute. */
export function prepareNova(site: Site, computes: readonly string[]): void {
	for (const [name, ini] of Object.entries(files(site))) {
		site.write(`conf/${name}.conf`, iniText(ini));
	}
	site.write('conf/placement-uwsgi.ini', uwsgi(site, 'placement', '/usr/bin/placement-api'));
	cpSync('/etc/glance/glance-api-paste.ini', site.path('conf', 'glance-api-paste.ini'));
	cpSync('/etc/neutron/api-paste.ini', site.path('conf', 'neutron-api-paste.ini'));
	for (const host of computes) {
		const own = { host, state_path: site.path('state', host) };
		site.write(`conf/compute-${host}.conf`, iniText({ DEFAULT: own }));
	}
}

function files(site: Site): Readonly<Record<string, Ini>> {
	return {
		'placement/placement': {
			placement_database: database(site, 'placement'),
			...tokenChecks(site, 'placement', 'placement'),
		},
		nova: nova(site),
		'glance-api': glance(site),
		neutron: neutron(site),
	};
}

function nova(site: Site): Ini {
	return {
		DEFAULT: {
			...{ transport_url: brokerUrl(site), host: 'controller', state_path: site.path('state') },
			...{ enabled_apis: 'osapi_compute', osapi_compute_workers: 1 },
			...{ osapi_compute_listen: site.address, osapi_compute_listen_port: site.port('nova') },
			...{ my_ip: site.address, compute_driver: 'fake.MediumFakeDriver' },
			...{ report_interval: 3, service_down_time: 9, rpc_response_timeout: 10 },
			...{ periodic_fuzzy_delay: 0, heal_instance_info_cache_interval: -1 },
			...{ vif_plugging_is_fatal: 'false', vif_plugging_timeout: 0, graceful_shutdown_timeout: 3 },
		},
		api_database: database(site, 'nova_api'),
		database: database(site, 'nova'),
		conductor: { workers: 1 },
		scheduler: { workers: 1, discover_hosts_in_cells_interval: 3 },
		placement: identity(site, 'placement'),
		neutron: identity(site, 'neutron'),
		glance: { api_servers: site.url('glance'), region_name: REGION },
		vnc: { enabled: 'false' },
		...tokenChecks(site, 'nova', 'compute'),
		...common(site),
	};
}

function glance(site: Site): Ini {
	return {
		// Without workers it is one process, and no child outlives it.
		DEFAULT: { bind_host: site.address, bind_port: site.port('glance'), workers: 0 },
		database: database(site, 'glance'),
		glance_store: {
			...{ stores: 'file', default_store: 'file' },
			filesystem_store_datadir: site.path('state', 'images'),
		},
		paste_deploy: {
			flavor: 'keystone',
			config_file: site.path('conf', 'glance-api-paste.ini'),
		},
		...tokenChecks(site, 'glance', 'image'),
		...common(site),
	};
}

function neutron(site: Site): Ini {
	return {
		DEFAULT: {
			...{ bind_host: site.address, bind_port: site.port('neutron') },
			...{ api_workers: 1, rpc_workers: 0, rpc_state_report_workers: 0 },
			...{ core_plugin: 'ml2', service_plugins: '', auth_strategy: 'keystone' },
			api_paste_config: site.path('conf', 'neutron-api-paste.ini'),
			...{ transport_url: brokerUrl(site), state_path: site.path('state') },
			notify_nova_on_port_status_changes: 'false',
			notify_nova_on_port_data_changes: 'false',
		},
		ml2: {
			...{ type_drivers: 'local', tenant_network_types: 'local' },
			...{ mechanism_drivers: '', extension_drivers: '' },
		},
		database: database(site, 'neutron'),
		...tokenChecks(site, 'neutron', 'network'),
		...common(site),
	};
}
