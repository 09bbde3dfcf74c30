import { compare, type Seen } from './compared.ts';
import type { MasakariFacts } from './masakari.ts';
import { maintenanceText } from './masakari-maintenance.ts';
import type { NotifyRight } from './masakari-right.ts';
import {
	disabledTexts,
	hostTexts,
	misnamedTexts,
	strangerTexts,
	unusableTexts,
} from './masakari-segments.ts';
import type { Finding } from './report.ts';
import { isClockRight } from './world.ts';

/**
 * What an operator should know of Masakari before the night it is needed, with the command that mends it.
 * Critical is what keeps this controller from notifying anybody: Masakari is away, refuses us, or its clock
 * differs. What would keep single hosts from being recovered is a warning: nobody is down by it yet.
 */
export function decideMasakariFindings(
	seen: Seen,
	facts: MasakariFacts,
	right: NotifyRight | null,
): Finding[] {
	// Where nothing answers at all, the facts say so.
	const told = right?.ok === false && (facts.ok || right.status !== undefined);
	const refused: Finding[] = told ? [{ level: 2, text: rightText(right) }] : [];
	if (!facts.ok) return [{ level: 2, text: `Masakari: ${facts.error}` }, ...refused];
	const clock: Finding[] = isClockRight(facts) ? [] : [{ level: 2, text: clockText(facts) }];
	const compared = compare(seen);
	const hosts = [...facts.hosts].sort(([a], [b]) => (a < b ? -1 : 1));
	const texts = [
		...hosts.flatMap(([host, entry]) => maintenanceText(host, entry, facts, compared) ?? []),
		...disabledTexts(hosts, compared),
		...misnamedTexts(compared),
		...unusableTexts(compared),
		...strangerTexts(facts, compared),
		...hosts.flatMap(([host, entry]) => hostTexts(host, entry, compared)),
	];
	return [...refused, ...clock, ...texts.map((text) => ({ level: 1 as const, text }))];
}

/** What mends a refusal, where its status tells. */
const remedies: Readonly<Record<number, string>> = {
	401: 'see its credentials, and whether their access rules allow POST /v1/notifications',
	403: 'give its user the role of the policy: openstack role add --user USER --project PROJECT admin',
};

function rightText({ status, error }: Extract<NotifyRight, { ok: false }>): string {
	const remedy = status === undefined ? undefined : remedies[status];
	return `Masakari takes no notification from us: ${error}${remedy ? `: ${remedy}` : ''}`;
}

function clockText({ offsetMs }: Extract<MasakariFacts, { ok: true }>): string {
	const seconds = Math.round(offsetMs / 1000);
	return `this clock is ${seconds} s away from Masakari's: nobody is notified: chronyc tracking`;
}
