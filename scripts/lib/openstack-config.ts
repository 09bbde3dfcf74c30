/** What configuration files of OpenStack's services have in common. */

import { databaseUrl } from './openstack-postgres.ts';
import type { Site } from './openstack-site.ts';

/** Sections of an ini file; undefined leaves an option out. */
export type Ini = Readonly<Record<string, Readonly<Record<string, string | number | undefined>>>>;

/** The text of an ini file. */
export function iniText(sections: Ini): string {
	return Object.entries(sections)
		.map(([name, options]) => {
			const lines = Object.entries(options).flatMap(([key, value]) =>
				value === undefined ? [] : [`${key} = ${value}`],
			);
			return [`[${name}]`, ...lines, ''].join('\n');
		})
		.join('\n');
}

/** A password that says whose it is: nothing here is worth guarding. */
export function passwordOf(user: string): string {
	return `${user}-password`;
}

/** How a service speaks to another one as a user of the project `service`. */
export function identity(site: Site, username: string) {
	return {
		auth_url: `${site.url('keystone')}/v3`,
		auth_type: 'password',
		project_domain_id: 'default',
		user_domain_id: 'default',
		project_name: 'service',
		username,
		password: passwordOf(username),
		region_name: REGION,
	};
}

/** The one region. */
export const REGION = 'RegionOne';

/** The sections that let a service check its callers' tokens. */
export function tokenChecks(site: Site, username: string, serviceType: string): Ini {
	const www_authenticate_uri = `${site.url('keystone')}/v3`;
	const own = { www_authenticate_uri, service_type: serviceType };
	return { keystone_authtoken: { ...identity(site, username), ...own } };
}

/** The database section. */
export function database(site: Site, name: string) {
	return { connection: databaseUrl(site, name), max_retries: 1 };
}

/** The sections that keep a service off /etc, and fast to notice that the broker is back. */
export function common(site: Site): Ini {
	return {
		oslo_concurrency: { lock_path: site.path('lock') },
		oslo_messaging_notifications: { driver: 'noop' },
		oslo_messaging_rabbit: { rabbit_retry_backoff: 1, rabbit_interval_max: 2 },
		oslo_policy: { policy_dirs: site.path('conf', 'no-policies') },
	};
}

/**
 * One process: with several, a token cache of each would make answers differ. Keystone has one thread: its first
 * requests at once find its policy half loaded, and are 403, which its services pass on as 503.
 */
export function uwsgi(site: Site, of: 'keystone' | 'placement', script: string): string {
	return iniText({
		uwsgi: {
			...{ plugins: 'python3', master: 'true', processes: 1 },
			threads: of === 'keystone' ? 1 : 8,
			...{ 'enable-threads': 'true', 'lazy-apps': 'true', 'die-on-term': 'true' },
			...{ 'no-orphans': 'true', 'buffer-size': 65535, 'disable-logging': 'true' },
			...{ 'http-socket': `${site.address}:${site.port(of)}`, 'wsgi-file': script },
			'add-header': 'Connection: close',
		},
	});
}
