import { restartFencing } from './decide/fencing-outcome.ts';
import type { Incident } from './decide/incident.ts';
import { findOwn, type Learnt } from './decide/outcome.ts';
import type { Step } from './decide/steps.ts';
import type { World } from './decide/world.ts';
import { MasakariError } from './errors.ts';
import { changeIncident, record } from './record.ts';
import type { Surroundings } from './surroundings.ts';

type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>;

async function follow({ host, uuid }: StepOf<'follow'>, around: Surroundings): Promise<void> {
	const found = await around.masakari.readStatus(uuid);
	if (!found.ok) throw new MasakariError(`${host}: status of ${uuid} unknown: ${found.error}`);
	const { status } = found;
	await changeIncident(around.kv, host, (incident) => {
		const isNews = incident.uuid === uuid && incident.masakari_status !== status;
		return isNews ? { ...incident, masakari_status: status } : incident;
	});
}

/** Takes the proof away that a host is off: a network sees it up. */
async function restart(step: StepOf<'restart'>, around: Surroundings): Promise<void> {
	const { clock, kv, settings } = around;
	await changeIncident(kv, step.host, (incident) =>
		restartFencing(incident, step.reason, clock.now(), settings.confirmMs),
	);
}

/** Looks for a row of ours by the host's uuid: rows name no host, and times may be equal. */
async function lookUp(host: string, incident: Incident, world: World, around: Surroundings) {
	const hostUuid = world.masakari?.ok ? world.masakari.hosts.get(host)?.uuid : undefined;
	const [since = incident.attempt.generated_time] = incident.generated_times;
	const lookedAt = around.clock.now();
	const found = await around.masakari.lookUp(hostUuid, since);
	if (!found.ok) throw new MasakariError(`${host}: look-up failed: ${found.error}`);
	const own = findOwn(found.rows, incident);
	const learnt: Learnt = own
		? { kind: 'accepted', uuid: own.uuid, status: own.status }
		: { kind: 'nothing-there', lookedAt };
	await record(around, host, incident, learnt);
}

/** Learns without the lock: our own row in Masakari, an empty look-up, a status, a proof's end. */
export async function learn(step: Step, world: World, around: Surroundings): Promise<void> {
	if (step.kind === 'follow') return follow(step, around);
	if (step.kind === 'restart') return restart(step, around);
	if (step.kind !== 'adopt' && step.kind !== 'look-up') return;
	const incident = world.stored.incidents[step.host]?.value;
	if (incident === undefined) return;
	if (step.kind === 'look-up') return lookUp(step.host, incident, world, around);
	const { uuid, status } = step.row;
	await record(around, step.host, incident, { kind: 'accepted', uuid, status });
}
