import { posix } from 'node:path';
import { UsageError } from '../../handlers/lib/errors.ts';

/** What the agent configuration of one network depends on. */
export interface RenderInput {
	/** Network names in the matrix' order. */
	readonly networks: readonly string[];
	readonly hub: string;
	readonly kvPrefix: string;
	readonly configFile: string;
	readonly network: string;
	/** Whether hosts are fenced: then their BMCs are asked, too. */
	readonly fencing?: boolean;
	/** Where the copy of `dist/` is. */
	readonly prefix?: string;
	readonly node?: string;
}

/** One file of an agent's configuration directory. */
export interface RenderedFile {
	readonly name: string;
	readonly content: string;
}

/** The same input gives the same bytes, and every path in them is absolute: agents run in `/`. */
export function renderNetwork(input: RenderInput): RenderedFile[] {
	const { networks, hub, kvPrefix, network, configFile } = input;
	if (!networks.includes(network)) {
		throw new UsageError(`no network "${network}": there are ${networks.join(', ')}`);
	}
	const node = absolute('node', input.node ?? '/usr/bin/node');
	const prefix = absolute('prefix', input.prefix ?? '/usr/lib/hostmonitor');
	const config = ['--config', absolute('configuration file', configFile)];
	const run = (bundle: string) => [node, posix.join(prefix, bundle), ...config];

	const snapshot = watch({ type: 'checks', state: 'critical' }, [
		...run('handlers/snapshot-network.js'),
		'--network',
		network,
	]);
	if (network !== hub) return [fragment({ watches: [snapshot] })];
	const aggregate = watch(
		{ type: 'keyprefix', prefix: `${kvPrefix}/networks/` },
		run('handlers/aggregate-hosts.js'),
	);
	const bmcs = input.fencing ? run('checks/fencing.js') : null;
	const services = [hostmonitorService(run('checks/pipeline.js'), run('checks/masakari.js'), bmcs)];
	return [fragment({ enable_local_script_checks: true, watches: [snapshot, aggregate], services })];
}

function watch(what: Record<string, string>, args: readonly string[]) {
	return { ...what, handler_type: 'script', args };
}

// A critical check of the node itself would take every service of the controller out of discovery.
function hostmonitorService(
	args: readonly string[],
	masakari: readonly string[],
	bmcs: readonly string[] | null,
) {
	const check = { id: 'hostmonitor-pipeline', name: 'Pipeline', args };
	const asking = { id: 'hostmonitor-masakari', name: 'Masakari', args: masakari };
	const fencing = { id: 'hostmonitor-fencing', name: 'Fencing', args: bmcs };
	const checks = [
		{ ...check, interval: '10s', timeout: '30s' },
		{ ...asking, interval: '60s', timeout: '50s' },
		...(bmcs ? [{ ...fencing, interval: '5m', timeout: '2m' }] : []),
	];
	return { id: 'hostmonitor', name: 'hostmonitor', checks };
}

function fragment(content: Record<string, unknown>): RenderedFile {
	return { name: 'hostmonitor.json', content: `${JSON.stringify(content, null, '\t')}\n` };
}

function absolute(what: string, path: string): string {
	if (!posix.isAbsolute(path))
		throw new UsageError(`the ${what} must be an absolute path: ${path}`);
	return posix.normalize(path);
}
