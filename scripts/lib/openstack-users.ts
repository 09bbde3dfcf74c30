/** Who there is in a new OpenStack, and where its services are. */

import { stringify } from 'yaml';
import { identity, passwordOf, REGION } from './openstack-config.ts';
import { listAt, type Rest, textAt } from './openstack-rest.ts';
import type { Site } from './openstack-site.ts';

/** Makes the project `service`, a user for every service and one for hostmonitor, and the catalog. */
export async function fillCatalog(site: Site, rest: Rest): Promise<void> {
	const api = `${site.url('keystone')}/v3`;
	const roles = await rest('GET', `${api}/roles?name=admin`);
	const role = textAt(listAt(roles, 'roles')[0], 'id');
	const made = await rest('POST', `${api}/projects`, {
		project: { name: 'service', domain_id: 'default' },
	});
	const project = textAt(made, 'project', 'id');
	const addUser = async (name: string) => {
		const user = { name, domain_id: 'default', password: passwordOf(name) };
		const id = textAt(await rest('POST', `${api}/users`, { user }), 'user', 'id');
		await rest('PUT', `${api}/projects/${project}/users/${id}/roles/${role}`);
	};
	const addService = async ([name, type, url]: readonly [string, string, string]) => {
		const made = await rest('POST', `${api}/services`, { service: { name, type } });
		const common = { service_id: textAt(made, 'service', 'id'), url, region_id: REGION };
		for (const kind of ['public', 'internal']) {
			await rest('POST', `${api}/endpoints`, { endpoint: { ...common, interface: kind } });
		}
	};
	const users = ['masakari', 'nova', 'placement', 'glance', 'neutron', 'monitor'];
	await Promise.all([...users.map(addUser), ...catalog(site).map(addService)]);
}

function catalog(site: Site): readonly (readonly [string, string, string])[] {
	return [
		['masakari', 'instance-ha', `${site.url('masakari')}/v1/%(tenant_id)s`],
		['nova', 'compute', `${site.url('nova')}/v2.1`],
		['placement', 'placement', site.url('placement')],
		['glance', 'image', site.url('glance')],
		['neutron', 'network', site.url('neutron')],
	];
}

/** Writes clouds.yaml: `admin`, and `monitor`, whom hostmonitor uses. */
export function writeClouds(site: Site): string {
	const cloud = (name: string, project: string) => {
		const { auth_url, project_domain_id, user_domain_id, password } = identity(site, name);
		const user = { username: name, password, user_domain_id };
		const auth = { auth_url, ...user, project_name: project, project_domain_id };
		return { auth, region_name: REGION, identity_api_version: '3' };
	};
	const clouds = { admin: cloud('admin', 'admin'), monitor: cloud('monitor', 'service') };
	return site.write('clouds.yaml', stringify({ clouds }));
}
