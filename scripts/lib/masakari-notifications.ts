/** `/v1/notifications`: the only resource a monitor writes to. */

import { type Answer, faultAnswer, jsonAnswer, unexpectedAnswer } from './masakari-answers.ts';
import { type Asked, forbids, parseBody } from './masakari-asked.ts';
import { payloadFault, readSent } from './masakari-requests.ts';
import { type NotificationRow, notificationFields, parseTime } from './masakari-rows.ts';
import { conflictOf, listed } from './masakari-rules.ts';
import { addNotification } from './masakari-state.ts';

/** Accepts a notification, unless its shape, the policy, its payload, its host or an earlier one stands against it. */
export function createNotification(asked: Asked): Answer {
	const { state, body, version } = asked;
	const parsed = parseBody(body);
	if (parsed === undefined) return faultAnswer(400, 'Malformed request body', version);
	const read = readSent(parsed);
	if ('reason' in read) return faultAnswer(400, read.reason, version);
	const { sent } = read;
	const forbidden = forbids(asked, 'notifications:create');
	if (forbidden !== null) return forbidden;
	const fault = payloadFault(sent);
	if (fault !== null) return faultAnswer(400, fault, version);
	const host = state.hosts.find(({ name }) => name === sent.hostname);
	if (host === undefined) {
		return faultAnswer(400, `Host with name ${sent.hostname} could not be found.`, version);
	}
	const conflict = conflictOf(sent, host, state.notifications);
	if (conflict !== null) return faultAnswer(409, conflict, version);
	const row = addNotification(state, sent, host, parseTime(sent.generated_time) ?? 0);
	return jsonAnswer(202, { notification: notificationFields(row) }, version);
}

/** Lists notifications. */
export function listNotifications({ state, query, version }: Asked): Answer {
	const found = listed(state.notifications, query);
	if ('reason' in found) return faultAnswer(400, found.reason, version);
	return jsonAnswer(200, { notifications: found.rows.map(notificationFields) }, version);
}

/** Shows a notification; from 1.1 on the engine is asked for details, and must be there. */
export function showNotification(asked: Asked): Answer | Promise<Answer> {
	const { state, id, version } = asked;
	const row = state.notifications.find(({ uuid }) => uuid === id);
	if (row === undefined) return faultAnswer(404, `No notification with id ${id}.`, version);
	if (version !== '1.0') return showDetails(asked, row);
	return jsonAnswer(200, { notification: notificationFields(row) }, version);
}

async function showDetails(asked: Asked, row: NotificationRow): Promise<Answer> {
	const { engine, rpcTimeoutMs, version } = asked;
	if (!(await engine.answers(rpcTimeoutMs))) {
		return unexpectedAnswer('oslo_messaging.exceptions.MessagingTimeout', version);
	}
	const details = { ...notificationFields(row), recovery_workflow_details: [] };
	return jsonAnswer(200, { notification: details }, version);
}
