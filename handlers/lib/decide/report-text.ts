import type { Fencing } from './incident.ts';
import type { Planned } from './plan.ts';
import type { Finding } from './report.ts';
import type { Held } from './view.ts';
import { shorten } from './wording.ts';
import { holds } from './words.ts';
import type { World } from './world.ts';

/** Consul keeps the last 4 KB of a check's output. */
const maxBytes = 3500;
const words = ['passing', 'warning', 'critical'] as const;

/**
 * A check's text: the verdict in one line under 80 characters, then what fits of the findings; `rest` is
 * the command that lists them all.
 */
export function reportText(
	findings: readonly Finding[],
	well: string,
	rest?: string,
): { exit: 0 | 1 | 2; text: string } {
	const exit = findings.some(({ level }) => level === 2) ? 2 : findings.length > 0 ? 1 : 0;
	if (exit === 0) return { exit, text: well.slice(0, 79) };
	const critical = findings.filter(({ level }) => level === 2).length;
	const verdict = `${words[exit]}: ${critical} critical, ${findings.length - critical} warning`;
	const lines = findings.map(({ level, text }) => `${words[level]}: ${shorten(text, 300)}`);
	return { exit, text: [verdict, ...capLines(lines, rest)].join('\n') };
}

/** What a check says of a cloud that is well: how much it watches, and whom it would not recover. */
export function wellText({ settings, stored, now }: World, { hosts, view }: Planned): string {
	const listed = Object.values(stored.snapshots).flatMap(({ value }) => value.maintenance);
	const said = Object.entries(stored.maintenance).filter(([, { value }]) => holds(value, now));
	const kept = new Set(
		[...listed, ...said.map(([host]) => host)].filter((host) => hosts.has(host)),
	);
	const parts = [
		...(kept.size > 0 ? [`${kept.size} in maintenance`] : []),
		...(view.mode === 'observe' ? ['mode: observe'] : []),
	];
	const size = `${hosts.size} hosts on ${settings.networks.length} networks`;
	return parts.length > 0 ? `${size} (${parts.join(', ')})` : size;
}

/** What fits of these lines below a check's first one. */
export function capLines(lines: readonly string[], rest = 'hostmonitor status'): string[] {
	let bytes = 0;
	const fits = lines.findIndex((line) => {
		bytes += Buffer.byteLength(line) + 1;
		return bytes > maxBytes;
	});
	if (fits < 0) return [...lines];
	return [...lines.slice(0, fits), `and ${lines.length - fits} more: ${rest}`];
}

/** A handler's one sentence. */
export function summarize(
	{ view }: Planned,
	done: {
		readonly notified: readonly string[];
		readonly closed: readonly string[];
		readonly fenced?: readonly string[];
		readonly elsewhere: boolean;
	},
): string {
	const parts = [
		`${Object.keys(view.due).length} due`,
		`${Object.keys(view.held).length} held`,
		...(done.notified.length > 0 ? [`notified ${done.notified.join(', ')}`] : []),
		...(done.fenced?.length ? [`fenced ${done.fenced.join(', ')}`] : []),
		...(done.closed.length > 0 ? [`closed ${done.closed.join(', ')}`] : []),
		...(done.elsewhere ? ['the lock is elsewhere'] : []),
	];
	return parts.join(', ');
}

/** How far the proof of a host's power-off has come. */
export function fencingText(fencing: Fencing | undefined): string {
	if (fencing === undefined) return 'not fenced';
	const { mode, offs, readings, proven_at, error } = fencing;
	const facts = [
		proven_at === undefined ? 'not proven off' : 'proven off',
		...(mode === 'off' ? [`${offs} power-offs tried`] : []),
		`${readings} readings of off`,
	];
	return `${facts.join(', ')}${error === undefined ? '' : `: ${error}`}`;
}

/** Every gate that holds a host, by name first: what has no room is a reason. */
export function heldText(held: readonly Held[]): string {
	const reasons = held.flatMap(({ reason }) => (reason === '' ? [] : [reason]));
	const long = held.length === 1 ? 200 : 80;
	const names = held.map(({ gate }) => gate).join(', ');
	return `held by ${names}: ${reasons.map((reason) => reason.slice(0, long)).join('; ')}`;
}
