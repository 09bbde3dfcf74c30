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
	const services = [pipelineService(run('checks/pipeline.js'))];
	return [fragment({ enable_local_script_checks: true, watches: [snapshot, aggregate], services })];
}

function watch(what: Record<string, string>, args: readonly string[]) {
	return { ...what, handler_type: 'script', args };
}

// A critical check of the node itself would take every service of the controller out of discovery.
function pipelineService(args: readonly string[]) {
	const check = { id: 'hostmonitor-pipeline', name: 'Pipeline', args };
	const checks = [{ ...check, interval: '10s', timeout: '30s' }];
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
