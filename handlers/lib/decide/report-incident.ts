import { upOn } from './fencing-steps.ts';
import type { HostFacts } from './hosts.ts';
import type { Incident } from './incident.ts';
import type { Finding } from './report.ts';
import { fencingText, heldText } from './report-text.ts';
import type { Held } from './view.ts';

/** How far an open incident has come, and what stands in its way. */
export function findIncident(
	incident: Incident,
	returning: boolean,
	held: readonly Held[] | undefined,
	facts: HostFacts | undefined,
): Finding {
	const { name, state, attempt, fencing, masakari_status: status, acknowledged } = incident;
	const error = attempt.error === undefined ? '' : `: ${attempt.error}`;
	const by = held ? `; ${heldText(held)}` : '';
	if (state === 'fencing' || (state !== 'notified' && fencing?.error !== undefined)) {
		// Gossip may be some seconds late; one that stays up has another host's BMC.
		const up = facts && fencing?.power !== 'on' ? upOn(facts) : [];
		const seen = up.length > 0 && fencing?.offs ? `; ${up.join(', ')} still sees it up` : '';
		const level = fencing?.error === undefined && seen === '' ? 1 : 2;
		return { level, text: `${name}: not notified yet, ${fencingText(fencing)}${seen}${by}` };
	}
	if (state !== 'notified') {
		const text = `${name}: not notified yet, attempt ${attempt.number} ${attempt.outcome ?? 'open'}`;
		return { level: error === '' ? 1 : 2, text: `${text}${error}${by}` };
	}
	const back = returning ? ', coming back' : '';
	const text = `${name}: recovery ${status ?? 'accepted'} by Masakari (${incident.uuid})${back}`;
	const bad = (status === 'failed' || status === 'ignored') && !acknowledged && !returning;
	return { level: bad ? 2 : 1, text: bad ? `${text}: hostmonitor acknowledge ${name}` : text };
}
