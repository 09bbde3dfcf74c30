import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { claimNumber } from '../scripts/lib/cloud-address.ts';
import type { Agent } from '../scripts/lib/cloud-agent.ts';
import { atExit, killMarked } from '../scripts/lib/cloud-cleanup.ts';
import type { Host } from '../scripts/lib/cloud-host.ts';
import { createHosts } from '../scripts/lib/cloud-hosts.ts';
import { eventually } from '../scripts/lib/eventually.ts';

const acl = resolve(import.meta.dirname, '../consul.d/acl');
export const networks = ['management', 'storage'] as const;
export type Network = (typeof networks)[number];

/** One controller and one compute host on two networks that let nobody do anything without a token. */
export interface AclCloud {
	readonly dir: string;
	readonly controller: Host;
	readonly compute: Host;
	/** Tokens that may do everything. */
	readonly root: Readonly<Record<Network, string>>;
	/** Every token that was made. */
	readonly secrets: readonly string[];
	/** Makes a token of these rules. */
	token(network: Network, rules: string): Promise<string>;
	/** One request as somebody who may do everything. */
	asRoot(network: Network, method: string, path: string, body?: unknown): Promise<unknown>;
	close(): Promise<void>;
}

/** The rules that `consul.d` has for a network. */
export const rulesOf = (network: Network): string =>
	readFileSync(join(acl, network === 'management' ? 'hub.hcl' : 'network.hcl'), 'utf8');

export async function startAclCloud(): Promise<AclCloud> {
	const claim = await claimNumber();
	const dir = mkdtempSync(join(tmpdir(), 'hostmonitor-acl-'));
	const mark = `${process.pid}-${claim.number}`;
	atExit(() => killMarked(mark));
	const args = ['-hcl', 'acl { enabled = true default_policy = "deny" }'];
	const [controller, compute] = createHosts({
		...{ networks, cloud: claim.number, dir, mark, args, controllers: 1, computes: 1 },
		gossip: 'fast',
	});
	assert.ok(controller && compute);
	const close = async () => {
		await Promise.all([controller.kill(), compute.kill()]);
		killMarked(mark);
		claim.release();
		rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
	};
	const secrets: string[] = [];
	try {
		await Promise.all([controller.start(), compute.start()]);
		const root = {
			management: await bootstrap(controller.agent('management')),
			storage: await bootstrap(controller.agent('storage')),
		};
		secrets.push(...Object.values(root));
		const asRoot = (network: Network, method: string, path: string, body?: unknown) =>
			send(controller.agent(network), method, path, root[network], body);
		let policies = 0;
		const token = async (network: Network, Rules: string) => {
			const Name = `policy-${++policies}`;
			await asRoot(network, 'PUT', '/v1/acl/policy', { Name, Rules });
			const made = await asRoot(network, 'PUT', '/v1/acl/token', { Policies: [{ Name }] });
			const { SecretID } = made as { SecretID: string };
			secrets.push(SecretID);
			return SecretID;
		};
		for (const network of networks) {
			const health = () => asRoot(network, 'GET', '/v1/health/node/compute-1?consistent');
			await eventually(async () => /passing/.test(JSON.stringify(await health())));
		}
		return { dir, controller, compute, root, secrets, token, asRoot, close };
	} catch (error) {
		await close();
		throw error;
	}
}

/** A file that holds a token; gives its path. */
export function tokenFile({ dir }: AclCloud, name: string, content: string): string {
	const file = join(dir, `${name}.token`);
	writeFileSync(file, content, { mode: 0o600 });
	return file;
}

async function bootstrap(agent: Agent): Promise<string> {
	const made = () => send(agent, 'PUT', '/v1/acl/bootstrap', '');
	const { SecretID } = (await eventually(made, { timeoutMs: 60_000 })) as { SecretID: string };
	return SecretID;
}

async function send(agent: Agent, method: string, path: string, token: string, body?: unknown) {
	const sent = body === undefined ? {} : { body: JSON.stringify(body) };
	const headers = { 'x-consul-token': token };
	const response = await fetch(agent.http + path, { method, headers, ...sent });
	const text = await response.text();
	if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
	return text === '' ? undefined : (JSON.parse(text) as unknown);
}
