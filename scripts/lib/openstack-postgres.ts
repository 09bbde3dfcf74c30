/** A PostgreSQL of its own: the engine of Masakari leaves notifications `running` on sqlite. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dyingWithParent } from './dying-with-parent.ts';
import { listens } from './openstack-ready.ts';
import { createService, type Service } from './openstack-service.ts';
import type { Site } from './openstack-site.ts';

// What is written here is never needed again.
const SETTINGS = [
	'--fsync=off',
	'--synchronous_commit=off',
	'--full_page_writes=off',
	'--max_connections=400',
	'--dynamic_shared_memory_type=mmap',
];

const VERSIONS = '/usr/lib/postgresql';

/** Makes the cluster's files; the server is not started yet. */
export async function createPostgres(site: Site): Promise<Service> {
	const data = join(await site.directory('postgres', 'postgres'), 'data');
	const initdb = [program('initdb'), '-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync'];
	await site.run(dyingWithParent(initdb, 'KILL', 'postgres'));
	const listen = ['-h', site.address, '-p', String(site.port('postgres'))];
	const sockets = `--unix_socket_directories=${site.path('postgres')}`;
	return createService(site, {
		name: 'postgres',
		command: [program('postgres'), '-D', data, ...listen, sockets, ...SETTINGS],
		user: 'postgres',
		// It leaves shared memory behind when it is killed; QUIT ends it at once.
		signals: { stop: 'SIGQUIT', orphan: 'QUIT' },
		ready: () => listens(site.address, site.port('postgres')).then((open) => open && accepts(site)),
	});
}

/** Makes databases, by name. */
export async function createDatabases(site: Site, names: readonly string[]): Promise<void> {
	await site.run([
		...psql(site, 'postgres'),
		...names.flatMap((n) => ['-c', `create database ${n}`]),
	]);
}

/** Rows of one query. */
export async function query(
	site: Site,
	database: string,
	text: string,
): Promise<readonly (readonly string[])[]> {
	const output = await site.run([...psql(site, database), '-c', text]);
	if (output === '') return [];
	return output.split('\x1e').map((row) => row.split('\x1f'));
}

/** What OpenStack's services are told. */
export function databaseUrl(site: Site, name: string): string {
	return `postgresql+psycopg2://postgres@${site.address}:${site.port('postgres')}/${name}`;
}

// It listens a moment before it lets anybody in.
async function accepts(site: Site): Promise<boolean> {
	await site.run([...psql(site, 'postgres'), '-c', 'select 1']);
	return true;
}

function psql(site: Site, database: string): string[] {
	const where = ['-h', site.address, '-p', String(site.port('postgres')), '-U', 'postgres'];
	const plain = ['-X', '-q', '-A', '-t', '-F', '\x1f', '-R', '\x1e', '-v', 'ON_ERROR_STOP=1'];
	return [program('psql'), ...where, ...plain, '-d', database];
}

function program(name: string): string {
	const newest = readdirSync(VERSIONS)
		.sort((a, b) => Number(a) - Number(b))
		.at(-1);
	return join(VERSIONS, newest ?? '', 'bin', name);
}
