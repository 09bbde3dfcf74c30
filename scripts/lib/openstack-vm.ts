/** VMs of an OpenStack, and the services of the hosts that they run on, as Nova has them. */

import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import type { OpenStack } from './openstack.ts';
import { listAt, textAt } from './openstack-rest.ts';

/** A VM as Nova shows it. */
export interface Vm {
	readonly id: string;
	/** `ACTIVE`, `REBUILD`, `ERROR` and more. */
	readonly status: string;
	readonly host: string;
}

/** What the story of a VM needs of Nova. */
export interface Nova {
	/** Boots a VM on a host; gives its id once it is ACTIVE. */
	boot(name: string, host: string): Promise<string>;
	vm(id: string): Promise<Vm>;
	/** The VM, as soon as this is true of it. */
	until(id: string, what: string, probe: (vm: Vm) => boolean): Promise<Vm>;
	/** Resolves when an evacuation of it has begun, by Nova's own record. */
	untilEvacuated(id: string): Promise<void>;
	/** Resolves when Nova has a host's nova-compute so: may it have VMs, and is it there. */
	untilService(host: string, status: 'enabled' | 'disabled', state: 'up' | 'down'): Promise<void>;
	/** Lets a host have VMs again, as an operator does: Masakari's recovery has disabled it. */
	enable(host: string): Promise<void>;
}

const patience = { timeoutMs: 180_000, everyMs: 300 };

/** Makes a flavor and an image, as small as they can be. */
export async function openNova({ openstack, rest, authUrl, dir }: OpenStack): Promise<Nova> {
	const url = await computeUrl(rest, authUrl);
	const image = join(dir, 'image.raw');
	writeFileSync(image, Buffer.alloc(65_536));
	const raw = ['--disk-format', 'raw', '--container-format', 'bare', '--public'];
	await openstack('image', 'create', ...raw, '--file', image, 'tiny');
	const flavor = { id: randomUUID(), name: 'tiny', ram: 64, vcpus: 1, disk: 1 };
	await rest('POST', `${url}/flavors`, { flavor });

	const vm = async (id: string): Promise<Vm> => {
		const { status, host } = await rest('GET', `${url}/servers/${id}`).then((answer) => ({
			status: textAt(answer, 'server', 'status'),
			host: textAt(answer, 'server', 'OS-EXT-SRV-ATTR:host'),
		}));
		return { id, status, host };
	};
	return {
		vm,
		boot: async (name, host) => {
			const what = ['--image', 'tiny', '--flavor', 'tiny', '--nic', 'none', '--wait'];
			const shown = ['-f', 'value', '-c', 'id'];
			// The first version that can say which host without having the scheduler passed by.
			const create = ['--os-compute-api-version', '2.74', 'server', 'create', '--host', host];
			return (await openstack(...create, ...what, name, ...shown)).trim();
		},
		until: (id, what, probe) =>
			eventually(
				async () => {
					const found = await vm(id);
					if (probe(found)) return found;
					throw new Error(`${found.status} on ${found.host}`);
				},
				{ ...patience, what },
			),
		untilEvacuated: async (id) => {
			const found = `${url}/os-migrations?migration_type=evacuation&instance_uuid=${id}`;
			const begun = async () => listAt(await rest('GET', found), 'migrations').length > 0;
			await eventually(begun, { ...patience, what: `an evacuation of ${id}` });
		},
		untilService: async (host, status, state) => {
			const path = `${url}/os-services?binary=nova-compute&host=${host}`;
			const isSo = async () => {
				const [service] = listAt(await rest('GET', path), 'services');
				return textAt(service, 'status') === status && textAt(service, 'state') === state;
			};
			await eventually(isSo, { ...patience, what: `nova-compute of ${host} ${status}, ${state}` });
		},
		enable: async (host) => {
			await openstack('compute', 'service', 'set', '--enable', host, 'nova-compute');
		},
	};
}

async function computeUrl(rest: OpenStack['rest'], authUrl: string): Promise<string> {
	const catalog = listAt(await rest('GET', `${authUrl}/auth/catalog`), 'catalog');
	const compute = catalog.find((one) => textAt(one, 'type') === 'compute');
	return textAt(listAt(compute, 'endpoints')[0], 'url');
}
