import type { HostFacts } from './hosts.ts';
import type { Attempt, Incident } from './incident.ts';
import type { HostStatus } from './notification.ts';
import { firstWaitMs } from './outcome.ts';

/** The incident as it is committed before its next POST; the first one opens it. */
export function beginAttempt(
	before: Incident | undefined,
	host: HostFacts,
	controller: string,
	now: number,
	generatedTime: string,
	hostStatus: HostStatus = 'NORMAL',
): Incident {
	// A new time only after a definite refusal: the old row may still turn up under the old one.
	const first = before === undefined || before.attempt.number === 0;
	const renewed = first || before.attempt.outcome === 'refused';
	const generated_time = renewed ? generatedTime : before.attempt.generated_time;
	const attempt: Attempt = {
		number: (before?.attempt.number ?? 0) + 1,
		controller,
		generated_time,
		committed_at: now,
		look_ups: [],
	};
	const opened = { version: 1 as const, name: host.name, vector: host.vector, opened_at: now };
	return {
		...(before ?? opened),
		state: 'notifying',
		...(hostStatus === 'UNKNOWN' && { host_status: hostStatus }),
		generated_times: [...new Set([...(before?.generated_times ?? []), generated_time])],
		attempt,
		next_try: now + firstWaitMs,
	};
}
