import { hostOf } from '../../handlers/lib/decide/health.ts';
import type { Stored } from '../../handlers/lib/decide/stored.ts';
import { InputError } from '../../handlers/lib/errors.ts';

/** Every host that a snapshot, an incident or a controller's view names. */
export function namedHosts({ snapshots, incidents, views }: Stored): ReadonlySet<string> {
	const inSnapshots = Object.values(snapshots).flatMap(({ value }) => [
		...[...value.up, ...value.down, ...value.left],
		...[...value.vanished, ...value.unknown, ...value.maintenance],
	]);
	const inViews = Object.values(views).flatMap(({ value }) => [
		...[value.due, value.returning, value.held].flatMap((part) => Object.keys(part)),
		...value.left,
	]);
	return new Set([...inSnapshots, ...Object.keys(incidents), ...inViews]);
}

/** How many letters have to change, come or go. */
function distance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, i) => i);
	for (const [i, letter] of [...a].entries()) {
		const next = [i + 1];
		for (let j = 0; j < b.length; j++) {
			const changed = (row[j] ?? 0) + (b[j] === letter ? 0 : 1);
			next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
		}
		row = next;
	}
	return row[b.length] ?? 0;
}

/** At most five known names that may have been meant, the nearest first. */
export function nearNames(host: string, known: Iterable<string>): string[] {
	const near = [...known].flatMap((name) => {
		const part = name.startsWith(`${host}.`) || host.startsWith(`${name}.`);
		const far = part ? 0 : distance(host, name);
		return far <= 2 ? [{ name, far }] : [];
	});
	near.sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1));
	return near.slice(0, 5).map(({ name }) => name);
}

/** What is said of a name that nothing in KV knows. */
export function unknownText(host: string, known: Iterable<string>): string {
	const near = nearNames(host, known);
	const meant = near.length === 0 ? '' : `; did you mean ${near.join(', ')}?`;
	return `no host ${host}: no network, incident or word names it${meant}`;
}

/** All names an operator can mean: those of `namedHosts`, and those of whom operators have spoken. */
export function knownHosts(stored: Stored): ReadonlySet<string> {
	const { maintenance, approved } = stored;
	return new Set([...namedHosts(stored), ...Object.keys(maintenance), ...Object.keys(approved)]);
}

/** The host's name as keys have it; one that nothing knows is an InputError with near names. */
export function findHost(name: string, stored: Stored): string {
	const host = hostOf(name);
	const known = knownHosts(stored);
	if (!known.has(host)) throw new InputError(unknownText(host, known));
	return host;
}
