import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { CLOUD_MARK } from './cloud-cleanup.ts';
import { consulBinary } from './consul-binary.ts';
import { dyingWithParent } from './dying-with-parent.ts';

/** What one agent is started with, besides its own directory. */
export interface AgentOptions {
	readonly node: string;
	readonly network: string;
	readonly address: string;
	/** Address and port of its HTTP API. */
	readonly http: string;
	/** What its command begins with: how to get to where it runs. */
	readonly enter?: readonly string[];
	readonly dir: string;
	readonly mark: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly args: readonly string[];
}

// Not everywhere is util-linux' setpriv.
const [setpriv = '', ...trial] = dyingWithParent(['true']);
const mayOrphan = execaSync(setpriv, trial, { reject: false }).failed;

// Dozens of agents on a few cores: a third less work for the same gossip.
const sparing = { GOMAXPROCS: '1', GOGC: '400' };

// Not execa: an agent must log without this process reading pipes for it.
// The environment is bare but for what its unit sets, and the mark that finds whatever the agent runs.
export function spawnAgent(
	options: AgentOptions,
	configDir: string,
	logFile: string,
): ChildProcess {
	const { node, address, dir, mark, enter = [] } = options;
	const own = ['-node', node, '-bind', address, '-client', address, '-data-dir', join(dir, 'data')];
	const agent = [consulBinary(), 'agent', ...own, ...options.args];
	const [command = '', ...args] = [...enter, ...(mayOrphan ? agent : dyingWithParent(agent))];
	const log = openSync(logFile, 'a');
	try {
		return spawn(command, [...args, '-config-dir', configDir], {
			cwd: '/',
			env: { PATH: '/usr/bin:/bin', ...sparing, ...options.env, [CLOUD_MARK]: mark },
			stdio: ['ignore', log, log],
		});
	} finally {
		closeSync(log);
	}
}
