/** Real OpenStack services from Debian's packages, on one loopback address, with nothing below /etc touched. */

import { atExit, killMarked } from './cloud-cleanup.ts';
import type { SegmentSpec } from './masakari-state.ts';
import { identity, REGION } from './openstack-config.ts';
import { query } from './openstack-postgres.ts';
import { issueToken, openRest, type Rest } from './openstack-rest.ts';
import { clearMaintenance } from './openstack-segments.ts';
import type { Service } from './openstack-service.ts';
import { openSite, type Site } from './openstack-site.ts';
import { startServices } from './openstack-start.ts';

/** How large an OpenStack is, and how fast some of its clocks run. */
export interface OpenStackOptions {
	/** Nova, Placement, Glance, Neutron and one nova-compute a host as well. Default: no. */
	readonly nova?: boolean;
	/** Hosts of the segment `compute`; with Nova each has a nova-compute with the fake driver. */
	readonly computes: readonly string[];
	/** More of Masakari's segments; without Nova only. */
	readonly segments?: readonly SegmentSpec[];
	/** Masakari's `wait_period_after_service_update`, s; default 10. */
	readonly waitSeconds?: number;
	/** How long Keystone's tokens live; default an hour. */
	readonly tokenSeconds?: number;
}

/** Names of services, as `service` takes them. */
export type ServiceName =
	| 'keystone'
	| 'masakari-api'
	| 'masakari-engine'
	| 'rabbitmq'
	| 'postgres'
	| 'placement'
	| 'glance-api'
	| 'neutron-server'
	| 'nova-api'
	| 'nova-conductor'
	| 'nova-scheduler'
	| `nova-compute-${string}`;

/** A running OpenStack. */
export interface OpenStack {
	/** Logs in `log/`; goes with it. */
	readonly dir: string;
	readonly address: string;
	/** Keystone's, ends in `/v3`. */
	readonly authUrl: string;
	/** Ends in `/v1`. */
	readonly masakariUrl: string;
	/** Where the catalog says that Nova is, started or not. */
	readonly novaUrl: string;
	/** clouds.yaml: `admin`, and `monitor`, whom hostmonitor uses. */
	readonly cloudsFile: string;
	/** A request as the administrator; whatever fails throws. */
	readonly rest: Rest;
	/** A new token of a user for a project. */
	token(user: string, project: string): Promise<string>;
	/** Runs the `openstack` client as the administrator and gives its output. */
	openstack(...args: string[]): Promise<string>;
	service(name: ServiceName): Service;
	/** Rows of one query. */
	sql(database: string, text: string): Promise<readonly (readonly string[])[]>;
	/** What an operator does after a recovery, as soon as Masakari lets him. */
	clearMaintenance(host: string): Promise<void>;
	/** Kills all that was started. */
	close(): Promise<void>;
}

/** Resolves when everything answers; what it has started also ends with this process. */
export async function startOpenStack(options: OpenStackOptions): Promise<OpenStack> {
	if (process.getuid?.() !== 0) throw new Error('OpenStack needs root here: services have users');
	const site = await openSite();
	const services = new Map<string, Service>();
	const forget = atExit(() => {
		endPostgres(services.get('postgres'));
		killMarked(site.mark);
		site.release();
	});
	const close = async () => {
		const last = services.get('postgres');
		await Promise.all([...services.values()].map((one) => (one === last ? null : one.kill())));
		await last?.stop();
		killMarked(site.mark);
		site.release();
		forget();
	};
	const rest = openRest(site);
	const started = startServices(site, rest, services, options);
	const cloudsFile = await started.catch(async (error: unknown) => {
		await close();
		throw error;
	});
	return {
		dir: site.dir,
		address: site.address,
		authUrl: identity(site, 'admin').auth_url,
		masakariUrl: `${site.url('masakari')}/v1`,
		novaUrl: `${site.url('nova')}/v2.1`,
		cloudsFile,
		rest,
		token: (user, project) => issueToken(site, user, project),
		openstack: (...args) => site.run(['/usr/bin/openstack', ...args], administrator(site)),
		service: (name) => {
			const found = services.get(name);
			if (found === undefined) throw new Error(`no service ${name} in this OpenStack`);
			return found;
		},
		sql: (database, text) => query(site, database, text),
		clearMaintenance: (host) => clearMaintenance(site, rest, host),
		close,
	};
}

// Killed, it would leave shared memory behind.
function endPostgres(postgres: Service | undefined): void {
	if (postgres?.pid !== undefined) process.kill(postgres.pid, 'SIGQUIT');
}

function administrator(site: Site): Record<string, string> {
	const { auth_url, project_domain_id, user_domain_id, password } = identity(site, 'admin');
	return {
		...{ OS_AUTH_URL: auth_url, OS_USERNAME: 'admin', OS_PASSWORD: password },
		...{ OS_PROJECT_NAME: 'admin', OS_PROJECT_DOMAIN_ID: project_domain_id },
		...{ OS_USER_DOMAIN_ID: user_domain_id, OS_REGION_NAME: REGION },
		OS_IDENTITY_API_VERSION: '3',
	};
}
