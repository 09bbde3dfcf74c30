import { createHash } from 'node:crypto';
import type { Settings } from '../decide/settings.ts';

/** JSON with the keys of every object sorted: equal values have equal text. */
export function canonicalJson(value: unknown): string {
	return JSON.stringify(value, (_key, part: unknown) => {
		if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
		return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
	});
}

/** The same on two controllers exactly when their decisions rest on the same; acting is not deciding. */
export function digestOf(settings: Settings): string {
	const { mode: _, ...rest } = settings;
	return createHash('sha256').update(canonicalJson(rest)).digest('hex').slice(0, 16);
}
