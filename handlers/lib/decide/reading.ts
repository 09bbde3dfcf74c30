import { type Health, hostOf, type NodeReading, type OwnAgent, type Reading } from './health.ts';
import { isIncluded } from './included.ts';
import { hostNameOf } from './names.ts';
import type { Settings } from './settings.ts';
import type { Snapshot } from './snapshot.ts';

/** One entry of the catalog's `/v1/health/state/any`: only serfHealth and _node_maintenance matter. */
export interface CatalogCheck {
	readonly Node: string;
	readonly CheckID: string;
	readonly Status: string;
	readonly ModifyIndex?: number;
}

/** One entry of `/v1/agent/members`. */
export interface Member {
	readonly Name: string;
	readonly Addr: string;
	readonly Port: number;
	/** serf.MemberStatus: 1 alive, 2 leaving, 3 left, 4 failed. */
	readonly Status: number;
	readonly Tags: Readonly<Record<string, string>> | null;
}

/** What one agent answered of its network. */
export interface Answers {
	readonly checks: readonly CatalogCheck[];
	readonly members: readonly Member[];
	/** `X-Consul-Results-Filtered-By-ACLs`, Consul 1.11 and later. */
	readonly filtered: boolean;
}

/** serf.MemberStatus. */
export const [alive, leaving, left, failed] = [1, 2, 3, 4];

/** Of several members whose names differ only in case, the one that speaks most against `down`. */
function strongest(a: Member, b: Member): Member {
	const order = [alive, leaving, left, failed];
	return order.indexOf(a.Status) <= order.indexOf(b.Status) ? a : b;
}

/** Down only if catalog and gossip both say so: each alone has been seen to lie. */
function decideHealth(serfHealth: string | undefined, status: number | undefined): Health {
	if (status === leaving || status === left) return 'left';
	if (serfHealth === 'critical' && status === failed) return 'down';
	if (serfHealth === 'passing' && status === alive) return 'up';
	return 'unknown';
}

/** What speaks for `down` of a node of which too little is known, and against it. */
function decideDoubt(serfHealth: string | undefined, status: number | undefined) {
	const critical = serfHealth === 'critical';
	const suspect = decideHealth(serfHealth, status) === 'unknown' && (critical || status === failed);
	return { ...(suspect && { suspect }), ...(critical && status === alive && { alive: true }) };
}

function knownBefore(snapshot: Snapshot): ReadonlySet<string> {
	const { up, down, left: gone, vanished, unknown } = snapshot;
	return new Set([...up, ...down, ...gone, ...vanished, ...unknown]);
}

function ownAgent(member: Member | undefined): OwnAgent | null {
	const { id, dc } = member?.Tags ?? {};
	return id || dc ? { ...(id && { id }), ...(dc && { dc }) } : null;
}

/**
 * One network as its own agent tells it. Refused as a whole where an ACL left nodes out: by header
 * from Consul 1.11 on, before that by this agent's own node missing. `self` is this controller's host name; `rule` is how the
 * network spells hosts.
 */
export function decideReading(
	answers: Answers,
	self: string,
	hosts: Settings['hosts'],
	previous: Snapshot,
	rule?: string,
): Reading {
	const serfHealth = new Map<string, string>();
	const spelled = new Map<string, string>();
	const maintenance = new Set<string>();
	const indexes = new Map<string, number>();
	for (const { Node, CheckID, Status, ModifyIndex } of answers.checks) {
		const name = hostNameOf(Node, rule);
		const host = hostOf(name);
		if (CheckID === '_node_maintenance' && isIncluded(host, hosts)) maintenance.add(host);
		if (CheckID !== 'serfHealth') continue;
		spelled.set(host, name);
		if (ModifyIndex !== undefined) indexes.set(host, ModifyIndex);
		const same = serfHealth.get(host) ?? Status;
		serfHealth.set(host, same === Status ? Status : 'contradictory');
	}
	const members = new Map<string, Member>();
	for (const found of answers.members) {
		const member = { ...found, Name: hostNameOf(found.Name, rule) };
		const host = hostOf(member.Name);
		members.set(host, strongest(member, members.get(host) ?? member));
	}
	// Where a living node has the address now, who answers there is not the dead one.
	const living = answers.members.filter(({ Status }) => Status === alive);
	const taken = new Set(['', ...living.map(({ Addr }) => Addr)]);
	const trimmed = answers.filtered || !serfHealth.has(hostOf(self)) || !members.has(hostOf(self));
	if (trimmed) return { ok: false, error: 'the answer is incomplete: an ACL left nodes out' };

	const nodes = new Map<string, NodeReading>();
	const unmonitored = new Set<string>();
	const known = knownBefore(previous);
	for (const host of new Set([...members.keys(), ...serfHealth.keys(), ...known])) {
		const member = members.get(host);
		const server = member?.Tags?.['role'] === 'consul' && !hosts.servers;
		if (server || !isIncluded(host, hosts)) unmonitored.add(host);
		// Without a member there is no tag to tell a dead server from a dead compute host.
		else if (member !== undefined || (known.has(host) && serfHealth.has(host))) {
			const checkIndex = indexes.get(host);
			nodes.set(host, {
				name: member?.Name ?? spelled.get(host) ?? host,
				health: decideHealth(serfHealth.get(host), member?.Status),
				...decideDoubt(serfHealth.get(host), member?.Status),
				...(checkIndex !== undefined && { checkIndex }),
				...(member &&
					!taken.has(member.Addr) && { serf: { address: member.Addr, port: member.Port } }),
			});
		}
	}
	const agent = ownAgent(members.get(hostOf(self)));
	const registered = new Set(serfHealth.keys());
	return { ok: true, nodes, unmonitored, registered, maintenance, ...(agent && { agent }) };
}
