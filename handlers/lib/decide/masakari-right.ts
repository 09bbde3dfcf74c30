import { type Answered, answerText } from './answer.ts';
import { decideNotification, generatedTimeAt, type Notification } from './notification.ts';

/** Whether Masakari would take a notification from us, or what it said instead. */
export type NotifyRight =
	| { readonly ok: true }
	/** Without `status` nobody answered. */
	| { readonly ok: false; readonly status?: number; readonly error: string };

/** Masakari takes this for a name, and nobody calls a host so. */
const noHost = '-.hostmonitor-check.-';

/**
 * A notification that is asked for and never made. Measured on masakari 14.0.2: once the body has the right
 * shape, the policy (`os_masakari_api:notifications:create`, by default the role admin) comes before
 * the host is looked up. So who may create gets 400 for a host that is in no segment, who may not 403,
 * and an application credential whose access rules leave out the POST 401, although its GETs are answered;
 * no row is made in any of them. Were there such a host, STARTED of a host that is up changes nothing.
 */
export function rightProbe(now: number): Notification {
	return decideNotification(noHost, 'STARTED', generatedTimeAt(now), 'UNKNOWN');
}

/** What the answer to that notification proves: the right, only by the words about a host that is not there. */
export function decideRight(answered: Answered): NotifyRight {
	const { status } = answered;
	const error = answerText(answered);
	const missing = `400 Host with name ${noHost} could not be found`;
	return error.startsWith(missing) ? { ok: true } : { ok: false, status, error };
}
