/** A RabbitMQ of its own, and the name server that its runtime wants. */

import { listens } from './openstack-ready.ts';
import { createService, type Service } from './openstack-service.ts';
import type { Site } from './openstack-site.ts';

// epmd listens on 127.0.0.1 as well, and the distribution port is tried on all addresses: both are
// different for every OpenStack of this machine.
const FIRST_EPMD_PORT = 24400;
const FIRST_DISTRIBUTION_PORT = 24700;

/** What the services are told. */
export function brokerUrl(site: Site): string {
	return `rabbit://guest:guest@${site.address}:${site.port('rabbit')}/`;
}

/** The name server in the foreground: RabbitMQ would leave a daemon behind. */
export function createEpmd(site: Site): Service {
	const port = FIRST_EPMD_PORT + site.number;
	return createService(site, {
		name: 'epmd',
		command: ['epmd', '-address', site.address, '-port', String(port)],
		ready: () => listens(site.address, port),
	});
}

/** The broker, with no file outside of the site's directory. */
export async function createRabbit(site: Site): Promise<Service> {
	const dir = await site.directory('rabbit', 'rabbitmq');
	const interface_ = site.address.replaceAll('.', ',');
	return createService(site, {
		name: 'rabbitmq',
		command: ['/usr/lib/rabbitmq/bin/rabbitmq-server'],
		user: 'rabbitmq',
		ready: () => listens(site.address, site.port('rabbit')),
		env: {
			HOME: dir,
			ERL_EPMD_PORT: String(FIRST_EPMD_PORT + site.number),
			ERL_EPMD_ADDRESS: site.address,
			// Makes the script become the broker instead of waiting for one.
			RUNNING_UNDER_SYSTEMD: 'true',
			RABBITMQ_NODENAME: `hostmonitor-${site.number}@localhost`,
			RABBITMQ_NODE_IP_ADDRESS: site.address,
			RABBITMQ_NODE_PORT: String(site.port('rabbit')),
			RABBITMQ_DIST_PORT: String(FIRST_DISTRIBUTION_PORT + site.number),
			RABBITMQ_MNESIA_BASE: `${dir}/mnesia`,
			RABBITMQ_LOGS: '-',
			RABBITMQ_LOG_BASE: `${dir}/log`,
			RABBITMQ_PID_FILE: `${dir}/pid`,
			RABBITMQ_CONFIG_FILE: `${dir}/rabbitmq`,
			RABBITMQ_CONF_ENV_FILE: `${dir}/none`,
			RABBITMQ_ENABLED_PLUGINS_FILE: `${dir}/enabled_plugins`,
			RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-kernel inet_dist_use_interface {${interface_}}`,
		},
	});
}
