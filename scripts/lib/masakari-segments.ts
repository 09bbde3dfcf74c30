/** `/v1/segments` and the hosts in them, as far as a monitor reads and its operator changes them. */

import { type Answer, faultAnswer, jsonAnswer } from './masakari-answers.ts';
import { type Asked, parseBody } from './masakari-asked.ts';
import { readHostChange } from './masakari-requests.ts';
import { type Host, hostFields, type Segment, segmentFields } from './masakari-rows.ts';
import { isUnderRecovery, page } from './masakari-rules.ts';
import { updateHost } from './masakari-state.ts';

/** Lists segments. */
export function listSegments({ state, query, version }: Asked): Answer {
	const found = page(state.segments, state.segments, query);
	if ('reason' in found) return faultAnswer(400, found.reason, version);
	return jsonAnswer(200, { segments: found.rows.map(segmentFields) }, version);
}

/** Shows a segment. */
export function showSegment(asked: Asked): Answer {
	const segment = segmentOf(asked);
	if (segment === undefined) return noSegment(asked);
	return jsonAnswer(200, { segment: segmentFields(segment) }, asked.version);
}

/** Lists the hosts of a segment; `name` is no filter. */
export function listHosts(asked: Asked): Answer {
	const { state, query, version } = asked;
	const segment = segmentOf(asked);
	if (segment === undefined) return noSegment(asked);
	const hosts = state.hosts.filter((host) => host.segment === segment);
	const found = page(state.hosts, hosts, query);
	if ('reason' in found) return faultAnswer(400, found.reason, version);
	return jsonAnswer(200, { hosts: found.rows.map(hostFields) }, version);
}

/** Shows a host of a segment. */
export function showHost(asked: Asked): Answer {
	const host = hostOf(asked);
	if (host === undefined) return noHost(asked);
	return jsonAnswer(200, { host: hostFields(host) }, asked.version);
}

/** Changes a host, as an operator does; refused while any host of its segment is being recovered. */
export function putHost(asked: Asked): Answer {
	const { state, body, version } = asked;
	const parsed = parseBody(body);
	if (parsed === undefined) return faultAnswer(400, 'Malformed request body', version);
	const read = readHostChange(parsed);
	if ('reason' in read) return faultAnswer(400, read.reason, version);
	const host = hostOf(asked);
	if (host === undefined) return noHost(asked);
	if (isUnderRecovery(host.segment, state.notifications)) {
		const reason = `can't be updated as it is in-use to process notifications.`;
		return faultAnswer(409, `Host ${host.uuid} ${reason}`, version);
	}
	updateHost(state, host, read.change);
	return jsonAnswer(200, { host: hostFields(host) }, version);
}

const segmentOf = ({ state, id }: Asked): Segment | undefined =>
	state.segments.find(({ uuid }) => uuid === id);

const noSegment = ({ id, version }: Asked): Answer =>
	faultAnswer(404, `No failover segment with id ${id}.`, version);

const hostOf = ({ state, id, hostId }: Asked): Host | undefined =>
	state.hosts.find(({ uuid, segment }) => uuid === hostId && segment.uuid === id);

const noHost = ({ id, hostId, version }: Asked): Answer => {
	const reason = `Host '${hostId}' under failover_segment '${id}' could not be found.`;
	return faultAnswer(404, reason, version);
};
