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
	/** The host that loses networks, and its VM. */
	readonly cut: string;
	readonly cutVm: string;
}

const [killed, cut] = computes;

/** Starts all there is, and two VMs; what it starts also ends with this process. */
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
	const boots = [nova.boot('vm-1', killed), nova.boot('vm-2', cut)] as const;
	const [vm, cutVm] = await Promise.all([...boots, untilReady({ cloud, teller })]);
	const where = `vm-1 is ACTIVE on ${killed}, vm-2 on ${cut}`;
	tell('vms_active', `Nova: ${where}`, { vms: { [killed]: vm, [cut]: cutVm } });
	const config = await loadConfig(configFileOf(cloud));
	const confirmSeconds = config.settings.confirmMs / 1000;
	return { ...stage, teller, killed, vm, cut, cutVm, confirmSeconds };
}
