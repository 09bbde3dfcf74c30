import type { Settings } from './settings.ts';

/** Whether a pattern with `*` and `?` matches the whole host name. */
function matches(pattern: string, host: string): boolean {
	const source = pattern
		.toLowerCase()
		.replace(/[^*?]/gu, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`);
	return new RegExp(`^${source.replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 'su').test(host);
}

/** Names that a JSON object in KV could not hold as keys of its own. */
const impossible = ['__proto__', 'constructor'];
/** Masakari's bound on a host name; a value in KV with a longer one would not parse. */
const longestName = 255;

/** Whether KV could hold anything of a host of this name. */
export function isUsable(host: string): boolean {
	return !impossible.includes(host) && host.length <= longestName;
}

/** Whether the configuration's `hosts` names this host; servers are decided by their gossip tag. */
export function isNamed(host: string, { include, exclude }: Settings['hosts']): boolean {
	const listed = (patterns: readonly string[]) => patterns.some((p) => matches(p, host));
	return listed(include) && !listed(exclude);
}

/** Whether it is monitored, unless it is a server. */
export function isIncluded(host: string, hosts: Settings['hosts']): boolean {
	return isUsable(host) && isNamed(host, hosts);
}
