import { hostOf } from '../decide/health.ts';
import type { FenceAgent } from './fencing-file.ts';
import type { OperatorFile, Problem } from './problems.ts';
import { cut } from './wording.ts';

/** Options that say as whom and how an agent asks, not whom: two hosts may differ in them and share a BMC. */
const manners = [
	/pass|secret|token|_key$|_script$|_kg$/,
	/^(login|username|user|identity_file|community|auth|privlvl|cipher|method|lanplus)$/,
	/^snmp_(version|auth_prot|sec_level|priv_prot)$/,
	/^(ssh|secure|ssh_options|ssl|ssl_secure|ssl_insecure|notls|tls1_0|inet4_only|inet6_only)$/,
	/timeout$|^(delay|power_wait|retry_on|stonith_status_sleep|missing_as_off)$/,
	/_path$|^(verbose|verbose_level|debug|debug_file|quiet|command_prompt|cmd_prompt|use_sudo)$/,
];

/** Names of old that agents still take. */
const renamed: Readonly<Record<string, string>> = { ipaddr: 'ip', port: 'plug' };

/** Which BMC an agent asks, and what behind it, as far as its options tell. */
function targetOf({ agent, options }: FenceAgent): string {
	const target = Object.entries(options)
		.map(([key, value]) => [key.toLowerCase().replaceAll('-', '_'), value] as const)
		.filter(([key]) => !manners.some((pattern) => pattern.test(key)))
		.map(([key, value]) => [renamed[key] ?? key, value] as const)
		.map(([key, value]) => [key, key === 'ip' ? value.toLowerCase() : value]);
	return JSON.stringify([agent, target.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))]);
}

/**
 * Hosts that share a BMC: the power of the one would go off, and the other's death be proven by it. Says
 * no value of any option (I7).
 */
export function* sharedProblems(
	source: OperatorFile,
	agents: ReadonlyMap<string, FenceAgent>,
): Generator<Problem> {
	const first = new Map<string, string>();
	for (const name of source.keysAt('/hosts')) {
		const agent = agents.get(hostOf(name));
		if (agent === undefined) continue;
		const target = targetOf(agent);
		const other = first.get(target);
		if (other === undefined) {
			first.set(target, name);
			continue;
		}
		const { line } = source.placeOf('/hosts', other);
		const shared = `${cut(name, 64)} has the BMC of ${cut(other, 64)} in line ${line}`;
		const message = `${shared}: same agent, same options but for how to log in`;
		yield { path: '/hosts', key: name, message };
	}
}
