import type { Incident } from '../../handlers/lib/decide/incident.ts';
import { fencingText } from '../../handlers/lib/decide/report-text.ts';
import type { Settings } from '../../handlers/lib/decide/settings.ts';
import type { OperatorWord, Stored } from '../../handlers/lib/decide/stored.ts';
import type { View } from '../../handlers/lib/decide/view.ts';
import { holds } from '../../handlers/lib/decide/words.ts';
import type { HostStatus, Status } from './status.ts';
import { historyText } from './status-history.ts';
import { sectionText, tableText } from './table.ts';
import { timeText, untilText } from './times.ts';

/** Everything `status` shows. */
export interface Shown {
	readonly settings: Settings;
	readonly digest: string;
	readonly stored: Stored;
	readonly status: Status;
	readonly now: number;
}

/** Networks by host on which `consul maint` is on; at 10,000 hosts lists are too long to search. */
type Maint = ReadonlyMap<string, readonly string[]>;

function wordText(word: OperatorWord, now: number): string {
	const over = holds(word, now) ? '' : ' (over)';
	return `by ${word.who}${untilText(word)}${over}: ${word.why}`;
}

function networksText({ settings, stored, status }: Shown): string {
	const rows = settings.networks.map((network) => {
		const lists = status.networks[network.toLowerCase()];
		const { up, down, left, vanished, maintenance } = lists ?? {};
		const counts = [up, down, left, vanished, maintenance].map((list) => `${list?.length ?? 0}`);
		const seen = stored.snapshots[network] ? counts : ['nobody has read it yet'];
		return [network === settings.hub ? `${network} (hub)` : network, ...seen];
	});
	return tableText([['', 'up', 'down', 'left', 'vanished', 'maintenance'], ...rows]);
}

function controllerText([name, view]: readonly [string, View], digest: string): string[] {
	const { storm, masakari, abstains, mode, networks } = view;
	const blind = Object.entries(networks).flatMap(([n, error]) => (error ? [`${n}: ${error}`] : []));
	const notes = [
		...blind.map((text) => `cannot read ${text}`),
		...(storm ? [`storm: ${storm.count} hosts at once, limit ${storm.limit}`] : []),
		...(abstains ? [`stands back: ${abstains.reason}`] : []),
		...(masakari?.answers === false ? [`Masakari does not answer: ${masakari.error}`] : []),
		...(view.configuration === digest ? [] : ['its configuration differs from the one read here']),
		...(view.uncounted > 0 ? [`${view.uncounted} more hosts are due or coming back`] : []),
	];
	const asked = masakari === null ? 'not asked' : masakari.answers ? 'answers' : 'does not answer';
	const due = `${Object.keys(view.due).length} due`;
	const line = tableText([[name, mode, due, `Masakari: ${asked}`]]);
	return [line, ...notes.map((note) => `    ${note}`)];
}

function incidentText(incident: Incident): string[] {
	const { state, attempt, fencing, uuid, masakari_status: word, acknowledged } = incident;
	const { forgotten, without = {} } = incident;
	const facts = [
		attempt.number === 0
			? `${state}, no attempt yet`
			: `${state}, attempt ${attempt.number} ${attempt.outcome ?? 'open'}`,
		...(uuid ? [`notification ${uuid}`] : []),
		...(word ? [`Masakari: ${word}`] : []),
	];
	return [
		`incident of ${timeText(incident.opened_at)}: ${facts.join(', ')}`,
		...(fencing ? [`fencing ${fencing.mode}: ${fencingText(fencing)}`] : []),
		...(attempt.error ? [attempt.error] : []),
		...(acknowledged ? [`acknowledged by ${acknowledged.who}: ${acknowledged.why}`] : []),
		...(forgotten ? [`to be forgotten, by ${forgotten.who}: ${forgotten.why}`] : []),
		...Object.entries(without).map(([on, { who, why }]) => `without ${on}, by ${who}: ${why}`),
	];
}

function consulMaint({ networks }: Status): Maint {
	const byHost = new Map<string, string[]>();
	for (const [network, { maintenance }] of Object.entries(networks)) {
		for (const host of maintenance) byHost.set(host, [...(byHost.get(host) ?? []), network]);
	}
	return byHost;
}

/** What there is to say of a host besides its vector. */
function hostNotes(
	host: string,
	facts: HostStatus,
	{ stored, now }: Shown,
	maint: Maint,
): string[] {
	const [held, approval] = [stored.maintenance[host]?.value, stored.approved[host]?.value];
	const on = maint.get(host);
	return [
		...facts.held.map(({ gate, reason }) => `held by ${gate}: ${reason}`),
		...(facts.incident ? incidentText(facts.incident) : []),
		...(held ? [`maintenance ${wordText(held, now)}`] : []),
		...(approval ? [`approved ${wordText(approval, now)}`] : []),
		...(on ? [`consul maint on ${on.join(', ')}`] : []),
	];
}

function hostsText(shown: Shown): string {
	const { settings, status } = shown;
	const names = settings.networks.map((network) => network.toLowerCase());
	const maint = consulMaint(status);
	const hosts = Object.entries(status.hosts)
		.map(([host, facts]) => ({ host, facts, notes: hostNotes(host, facts, shown, maint) }))
		.filter(({ facts: { vector, due }, notes }) => {
			return due || notes.length > 0 || Object.values(vector).some((health) => health !== 'up');
		});
	if (hosts.length === 0) return '  none';
	const rows = hosts.map(({ host, facts: { vector, verdict, due } }) => [
		host,
		...names.map((network) => vector[network] ?? 'unknown'),
		due ? `${verdict}, due` : verdict,
	]);
	const [head = '', ...lines] = tableText([['', ...names, 'matrix'], ...rows]).split('\n');
	const all = hosts.flatMap(({ notes }, i) => [
		lines[i] ?? '',
		...notes.map((note) => `    ${note}`),
	]);
	return [head, ...all].join('\n');
}

/** What KV says, for people: only hosts of which there is something to say. */
export function statusText(shown: Shown): string {
	const { stored, status, digest, now } = shown;
	const controllers = Object.entries(status.controllers).flatMap((c) => controllerText(c, digest));
	const paused = status.paused ? [`paused ${wordText(status.paused, now)}`] : [];
	const total = Object.keys(status.hosts).length;
	return [
		...paused,
		...sectionText('networks', networksText(shown)),
		...sectionText('controllers', controllers.join('\n') || '  none is alive: nobody decides'),
		...sectionText(`hosts in trouble, of ${total}`, hostsText(shown)),
		...sectionText('closed last', historyText(stored)),
	].join('\n\n');
}
