import type { MasakariFacts, SegmentHost } from '../decide/masakari.ts';
import { generatedTimeAt } from '../decide/notification.ts';
import { MasakariError, messageOf } from '../errors.ts';
import { parseHosts, parseNotifications, parseSegments, type Segment } from '../schema/masakari.ts';
import type { HttpResponse } from './http.ts';
import { type Get, readAll } from './masakari-lists.ts';

/** Segments read at once. */
const parallel = 8;
const hourMs = 3_600_000;

/** Everything decisions need of Masakari; `get` notes the time of each answer by the same `now`. */
export async function readMasakariFacts(get: Get, now: () => number): Promise<MasakariFacts> {
	try {
		const since = generatedTimeAt(now() - hourMs);
		const type = 'COMPUTE_HOST';
		const list = (query: Readonly<Record<string, string>>) =>
			readAll(get, '/notifications', { type, ...query }, parseNotifications);
		// These first: where nothing answers, three requests wait for the timeout, not nine.
		const [segments, recent, waiting] = await Promise.all([
			readAll(get, '/segments', {}, parseSegments),
			list({ 'generated-since': since }),
			list({ status: 'new' }),
		]);
		const hosts = await readHosts(get, segments.items);
		const known = new Set(recent.items.map(({ uuid }) => uuid));
		const older = waiting.items.filter(({ uuid }) => !known.has(uuid));
		const rows = [...recent.items, ...older].sort((a, b) =>
			compare(b.generated_time, a.generated_time),
		);
		const responses = [segments, hosts, recent, waiting].flatMap((answer) => answer.responses);
		return { ok: true, ...readClock(responses), hosts: hosts.byName, rows };
	} catch (error) {
		return { ok: false, error: messageOf(error) };
	}
}

/** The hosts of all segments. */
async function readHosts(get: Get, segments: readonly Segment[]) {
	const byName = new Map<string, SegmentHost>();
	const responses: HttpResponse[] = [];
	for (let i = 0; i < segments.length; i += parallel) {
		const batch = segments.slice(i, i + parallel).map(async (segment) => {
			const path = `/segments/${segment.uuid}/hosts`;
			return { segment, ...(await readAll(get, path, {}, parseHosts)) };
		});
		for (const { segment, items, responses: answers } of await Promise.all(batch)) {
			responses.push(...answers);
			for (const host of items) {
				const { name, enabled } = segment;
				byName.set(host.name.toLowerCase(), { ...host, segment: name, segment_enabled: enabled });
			}
		}
	}
	return { byName, responses };
}

/**
 * Masakari's clock by the `Date` of its answers: the newest, and by how much ours is ahead. Whole
 * seconds and the way back only add to the difference, so the smallest is the nearest to the truth.
 */
function readClock(responses: readonly HttpResponse[]): { date: number; offsetMs: number } {
	const dates = responses.flatMap(({ headers, receivedAt }) => {
		const date = Date.parse(headers['date'] ?? '');
		return Number.isNaN(date) || receivedAt === undefined ? [] : [{ date, receivedAt }];
	});
	if (dates.length === 0) {
		throw new MasakariError('its answers carry no Date (uWSGI sends none: let the proxy add it)');
	}
	return {
		date: Math.max(...dates.map(({ date }) => date)),
		offsetMs: Math.min(...dates.map(({ date, receivedAt }) => receivedAt - date)),
	};
}

/** Times of one spelling sort as text. */
function compare(a: string, b: string): number {
	return a === b ? 0 : a < b ? -1 : 1;
}
