/** Where one OpenStack lives: its directory, its address, its ports, and how anything is run there. */

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { claimNumber, hostAddress } from './cloud-address.ts';
import { CLOUD_MARK } from './cloud-cleanup.ts';
import { dyingWithParent } from './dying-with-parent.ts';

/** Not the usual ones: a service of this machine may listen on all addresses. */
const PORTS = {
	keystone: 25000,
	postgres: 25432,
	rabbit: 25672,
	nova: 28774,
	placement: 28778,
	glance: 29292,
	neutron: 29696,
	masakari: 25868,
} as const;

/** What has a port of its own. */
export type Listener = keyof typeof PORTS;

/** One OpenStack's place on this machine. */
export interface Site {
	readonly dir: string;
	/** The one loopback address that everything listens on. */
	readonly address: string;
	/** No other cloud of this machine has it. */
	readonly number: number;
	readonly mark: string;
	port(of: Listener): number;
	/** `http://ADDRESS:PORT` */
	url(of: Listener): string;
	/** Path of a file or directory below `dir`. */
	path(...parts: string[]): string;
	/** Writes a file below `dir` and gives its path. */
	write(name: string, content: string): string;
	/** A directory below `dir` for one user alone. */
	directory(name: string, owner?: string): Promise<string>;
	/** The environment of everything that runs here. */
	env(more?: Readonly<Record<string, string>>): Record<string, string>;
	/** Runs a command to its end and gives its output. */
	run(command: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
	/** Removes the directory and gives the address back. */
	release(): void;
}

/** Claims an address and makes the directory. */
export async function openSite(): Promise<Site> {
	const claim = await claimNumber();
	const { number } = claim;
	const address = hostAddress(0, number, 1);
	const dir = mkdtempSync(join(tmpdir(), 'hostmonitor-openstack-'));
	chmodSync(dir, 0o711); // other users own what is below
	for (const name of ['conf', 'log', 'lock', 'state']) mkdirSync(join(dir, name), { mode: 0o700 });
	const mark = `openstack-${process.pid}-${number}`;
	const path = (...parts: string[]) => join(dir, ...parts);
	const env = (more: Readonly<Record<string, string>> = {}) => ({
		PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
		HOME: dir,
		LC_ALL: 'C.UTF-8',
		[CLOUD_MARK]: mark,
		...more,
	});
	const run = async (line: readonly string[], more: Readonly<Record<string, string>> = {}) => {
		const [command = '', ...args] = dyingWithParent(line);
		const options = { env: env(more), extendEnv: false, cwd: '/', timeout: 300_000 } as const;
		const { stdout } = await execa(command, args, options);
		return stdout;
	};
	return {
		dir,
		address,
		number,
		mark,
		port: (of) => PORTS[of],
		url: (of) => `http://${address}:${PORTS[of]}`,
		path,
		write: (name, content) => {
			writeFileSync(path(name), content, { mode: 0o600 });
			return path(name);
		},
		directory: async (name, owner) => {
			mkdirSync(path(name), { recursive: true, mode: 0o700 });
			if (owner !== undefined) await run(['chown', `${owner}:${owner}`, path(name)]);
			return path(name);
		},
		env,
		run,
		release: () => {
			rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
			claim.release();
		},
	};
}
