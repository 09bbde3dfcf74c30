/** Keystone: its files, its first content, its process. */

import { randomBytes } from 'node:crypto';
import { common, database, iniText, passwordOf, REGION, uwsgi } from './openstack-config.ts';
import { answers } from './openstack-ready.ts';
import { createService, type Service } from './openstack-service.ts';
import type { Site } from './openstack-site.ts';

/** Writes its configuration and its keys, which its own program would take seconds for. */
export async function prepareKeystone(site: Site, tokenSeconds: number): Promise<void> {
	const keys = await writeKeys(site, 'fernet');
	const credentials = await writeKeys(site, 'credentials');
	const { oslo_policy = {} } = common(site);
	const text = iniText({
		DEFAULT: { log_file: site.path('log', 'keystone.log') },
		database: database(site, 'keystone'),
		token: { provider: 'fernet', expiration: tokenSeconds },
		identity: { password_hash_rounds: 4 },
		fernet_tokens: { key_repository: keys },
		credential: { key_repository: credentials },
		cache: { enabled: 'true', backend: 'dogpile.cache.memory' },
		oslo_policy,
	});
	site.write('conf/keystone.conf', text);
	site.write('conf/keystone-uwsgi.ini', uwsgi(site, 'keystone', '/usr/bin/keystone-wsgi-public'));
}

/** Makes its tables, and the administrator. */
export async function fillKeystone(site: Site): Promise<void> {
	await manage(site, 'db_sync');
	const urls = ['admin', 'internal', 'public'].flatMap((kind) => [
		`--bootstrap-${kind}-url`,
		`${site.url('keystone')}/v3/`,
	]);
	const admin = ['--bootstrap-password', passwordOf('admin'), '--bootstrap-region-id', REGION];
	await manage(site, 'bootstrap', ...admin, ...urls);
}

/** The service itself. */
export function createKeystone(site: Site): Service {
	return createService(site, {
		name: 'keystone',
		command: ['uwsgi', '--ini', site.path('conf', 'keystone-uwsgi.ini')],
		env: { OS_KEYSTONE_CONFIG_FILES: site.path('conf', 'keystone.conf') },
		ready: () => answers(`${site.url('keystone')}/v3`),
	});
}

// 0 is the next one, the highest number the one in use.
async function writeKeys(site: Site, name: string): Promise<string> {
	const directory = await site.directory(name);
	for (const number of ['0', '1']) {
		site.write(`${name}/${number}`, `${randomBytes(32).toString('base64url')}=`);
	}
	return directory;
}

async function manage(site: Site, ...args: string[]): Promise<void> {
	const config = ['--config-file', site.path('conf', 'keystone.conf')];
	await site.run(['/usr/bin/python3', '/usr/bin/keystone-manage', ...config, ...args]);
}
