/** The order in which an OpenStack comes up: as much as possible side by side, on few cores. */

import type { OpenStackOptions } from './openstack.ts';
import { createKeystone, fillKeystone, prepareKeystone } from './openstack-keystone.ts';
import {
	createMasakariApi,
	createMasakariEngine,
	fillMasakari,
	prepareMasakari,
} from './openstack-masakari.ts';
import {
	computesMapped,
	createCompute,
	createNova,
	fillNova,
	NOVA_DATABASES,
} from './openstack-nova.ts';
import { createDatabases, createPostgres } from './openstack-postgres.ts';
import { createEpmd, createRabbit } from './openstack-rabbit.ts';
import type { Rest } from './openstack-rest.ts';
import { addSegment } from './openstack-segments.ts';
import type { Service } from './openstack-service.ts';
import type { Site } from './openstack-site.ts';
import { fillCatalog, writeClouds } from './openstack-users.ts';

/** Starts all there is, each into `services` before it runs; gives the path of clouds.yaml. */
export async function startServices(
	site: Site,
	rest: Rest,
	services: Map<string, Service>,
	options: OpenStackOptions,
): Promise<string> {
	const { nova = false, computes, segments = [], waitSeconds = 10, tokenSeconds = 3600 } = options;
	const start = (name: string, service: Service) => {
		services.set(name, service);
		return service.start();
	};

	const broker = async () => {
		await start('epmd', createEpmd(site));
		await start('rabbitmq', await createRabbit(site));
	};
	const tables = async () => {
		await start('postgres', await createPostgres(site));
		await createDatabases(site, ['keystone', 'masakari', ...(nova ? NOVA_DATABASES : [])]);
	};
	const identity = async () => {
		await fillKeystone(site);
		await start('keystone', createKeystone(site));
		await fillCatalog(site, rest);
	};
	const masakari = async (brokerUp: Promise<void>) => {
		await fillMasakari(site);
		await brokerUp;
		const [api, engine] = [createMasakariApi(site), createMasakariEngine(site)];
		await allOf([start('masakari-api', api), start('masakari-engine', engine)]);
	};
	const everythingElse = async (brokerUp: Promise<void>) => {
		await allOf([tables(), prepareKeystone(site, tokenSeconds)]);
		const novaTables = nova ? fillNova(site, computes) : null;
		await allOf([identity(), masakari(brokerUp), novaTables]);
	};
	prepareMasakari(site, waitSeconds);
	const brokerUp = broker();
	await allOf([brokerUp, everythingElse(brokerUp)]);

	if (nova) {
		const others = Object.entries(createNova(site));
		await allOf(others.map(([name, service]) => start(name, service)));
		await allOf(computes.map((one) => start(`nova-compute-${one}`, createCompute(site, one))));
		await computesMapped(site, rest, computes);
	}
	for (const segment of [{ name: 'compute', hosts: computes }, ...segments]) {
		await addSegment(site, rest, segment, nova);
	}
	return writeClouds(site);
}

/** Waits for all to end also when one fails: what is still starting would escape the end. */
async function allOf(promises: readonly (Promise<unknown> | null)[]): Promise<void> {
	const results = await Promise.allSettled(promises);
	for (const result of results) if (result.status === 'rejected') throw result.reason;
}
