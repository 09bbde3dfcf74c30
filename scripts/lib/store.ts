import type { Stored } from '../../handlers/lib/decide/stored.ts';
import { InputError, messageOf } from '../../handlers/lib/errors.ts';
import { configPath, loadConfig } from '../../handlers/lib/io/config.ts';
import { openConsul } from '../../handlers/lib/io/consul.ts';
import { openKv } from '../../handlers/lib/io/consul-kv.ts';
import type { Kv } from '../../handlers/lib/io/kv.ts';
import type { Run } from '../../handlers/lib/run.ts';
import type { Config } from '../../handlers/lib/schema/config.ts';
import { parseStored } from '../../handlers/lib/schema/stored.ts';

/** The configuration, and what the controllers have agreed on. */
export interface Store {
	readonly config: Config;
	readonly kv: Kv;
}

/** The hub's KV by way of this host's agent; nothing is asked yet. */
export async function openStore({ argv, env, signal }: Run): Promise<Store> {
	const config = await loadConfig(configPath(argv, env));
	const hub = config.networks[config.settings.hub];
	if (hub === undefined) throw new Error(`no agent of the hub ${config.settings.hub}`);
	return { config, kv: openKv(openConsul(hub, signal), config.kvPrefix) };
}

/** Everything in KV but networks that the configuration no longer has; what does not parse is listed. */
export async function readStored({ config, kv }: Store): Promise<Stored> {
	const { entries, index } = await kv.readAll();
	const stored = parseStored(entries, index);
	const { networks } = config.settings;
	const snapshots = Object.entries(stored.snapshots).filter(([name]) => networks.includes(name));
	return { ...stored, snapshots: Object.fromEntries(snapshots) };
}

/** What an operator is told of a value that does not parse: we never overwrite or delete it. */
export function untouched({ config }: Store, key: string, error: unknown): InputError {
	const path = `${config.kvPrefix}/${key}`;
	const reason = messageOf(error).replace(`${key}: `, '');
	return new InputError(
		`${path} does not parse, and was not touched: ${reason}\n` +
			`see it: consul kv get ${path}\nremove it: consul kv delete ${path}`,
		{ cause: error },
	);
}

/** An InputError where one of these keys does not parse. */
export function requireReadable(store: Store, stored: Stored, keys: readonly string[]): void {
	const broken = stored.unreadable.find(({ key }) => keys.includes(key));
	if (broken) throw untouched(store, broken.key, broken.error);
}

/** All that does not parse, for the end of a command that could go on without it. */
export function unreadableError({ config }: Store, stored: Stored): { error?: InputError } {
	if (stored.unreadable.length === 0) return {};
	const lines = stored.unreadable.map(({ key, error }) => `${config.kvPrefix}/${key}: ${error}`);
	return { error: new InputError(`not readable in KV, and left out:\n${lines.join('\n')}`) };
}
