import { loadConfig } from '../../handlers/lib/io/config.ts';
import { configFileOf, untilReady } from './demo-setup.ts';
import type { Scene } from './demo-stations.ts';
import type { Teller } from './demo-tell.ts';
import { computes, type OpenStackCloud, startOpenStackCloud } from './openstack-cloud.ts';

/** Where the whole way is shown, and whose. */
export interface WholeWay extends OpenStackCloud, Scene {
	readonly teller: Teller;
	/** The host that dies. */
	readonly killed: string;
	/** The VM that runs on it. */
	readonly vm: string;
}

const [killed] = computes;

/** Starts all there is, and a VM; what it starts also ends with this process. */
export async function setUpWholeWay(teller: Teller): Promise<WholeWay> {
	const { tell } = teller;
	teller.heading('Set-up. OpenStack takes about a minute');
	const stage = await startOpenStackCloud();
	const { openstack, cloud, nova } = stage;
	const { address, dir } = openstack;
	const services = 'Keystone, Masakari, Nova, Placement, Glance, Neutron, RabbitMQ, PostgreSQL';
	const text = `real OpenStack at ${address}: ${services}\nlogs: ${dir}/log`;
	tell('openstack_ready', text, { address, directory: dir });
	tell('clusters_ready', `three Consul clusters: 3 controllers, and ${computes.join(', ')}`, {
		networks: cloud.networks,
		directory: cloud.dir,
	});
	await stage.configure();
	tell('plugins_installed', 'the plugin set on the controllers; they know Masakari by clouds.yaml');
	const [vm] = await Promise.all([nova.boot('vm-1', killed), untilReady({ cloud, teller })]);
	tell('vm_active', `Nova: vm-1 is ACTIVE on ${killed}`, { vm, host: killed });
	const config = await loadConfig(configFileOf(cloud));
	const confirmSeconds = config.settings.confirmMs / 1000;
	return { ...stage, teller, killed, vm, confirmSeconds };
}
