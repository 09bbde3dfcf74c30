import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideAnswer, type PostEnd } from '../handlers/lib/decide/answer.ts';
import type { PostAnswer } from '../handlers/lib/decide/masakari.ts';

const now = Date.parse('2026-11-22T12:00:00Z');

/** An answer of Masakari's, JSON unless the case says otherwise. */
function answered(
	status: number,
	over: Partial<Extract<PostEnd, { kind: 'answered' }>> = {},
): PostEnd {
	const json = { someFault: { code: status, message: 'because.' } };
	return { kind: 'answered', status, statusText: 'Text', json, notification: null, now, ...over };
}

const fault = (message: string) => ({ json: { conflictingRequest: { code: 409, message } } });
const accepted = { uuid: 'u-1', status: 'new' } as const;
const everywhere = { kind: 'refused', scope: 'everywhere' } as const;
const controller = { kind: 'refused', scope: 'controller' } as const;
const html = { json: undefined, statusText: 'Service Unavailable' };

const cases: { name: string; given: PostEnd; expected: PostAnswer }[] = [
	{
		name: '202 with a notification is acceptance',
		given: answered(202, { notification: accepted, json: {} }),
		expected: { kind: 'accepted', ...accepted },
	},
	{
		name: '202 with rubbish proves nothing',
		given: answered(202, { json: [], statusText: 'Accepted' }),
		expected: { kind: 'ambiguous', error: 'no valid notification in: 202 Accepted' },
	},
	{
		name: '200 with a notification proves nothing',
		given: answered(200, { notification: accepted, json: {}, statusText: 'OK' }),
		expected: { kind: 'ambiguous', error: '200 OK' },
	},
	{
		name: '409 of a duplicate says so',
		given: answered(
			409,
			fault('Notification received from host n1 of type COMPUTE_HOST is duplicate.'),
		),
		expected: {
			kind: 'conflict',
			because: 'duplicate',
			error: '409 Notification received from host n1 of type COMPUTE_HOST is duplicate.',
		},
	},
	{
		name: '409 of a host on maintenance says so, whatever the host is called',
		given: answered(
			409,
			fault(
				"from host is-duplicate of type 'COMPUTE_HOST' is ignored as the host is already under maintenance.",
			),
		),
		expected: {
			kind: 'conflict',
			because: 'maintenance',
			error:
				"409 from host is-duplicate of type 'COMPUTE_HOST' is ignored as the host is already under maintenance.",
		},
	},
	{
		name: '409 of a duplicate from a host called maintenance is a duplicate',
		given: answered(409, fault('from host maintenance of type COMPUTE_HOST is duplicate.')),
		expected: {
			kind: 'conflict',
			because: 'duplicate',
			error: '409 from host maintenance of type COMPUTE_HOST is duplicate.',
		},
	},
	{
		name: '409 in unknown words proves nothing',
		given: answered(409),
		expected: { kind: 'ambiguous', error: '409 because.' },
	},
	...[400, 413].map((status) => ({
		name: `${status} will not heal by itself, wherever it is sent from`,
		given: answered(status),
		expected: { ...everywhere, rarely: true, error: `${status} because.` },
	})),
	...[403, 404, 406].map((status) => ({
		name: `${status} will not heal by itself, but another controller may fare better`,
		given: answered(status),
		expected: { ...controller, rarely: true, error: `${status} because.` },
	})),
	{
		name: '401 may heal with a new token, or on another controller',
		given: answered(401),
		expected: { ...controller, rarely: false, error: '401 because.' },
	},
	...[429, 503].map((status) => ({
		name: `${status} is worth another try`,
		given: answered(status),
		expected: { ...everywhere, rarely: false, error: `${status} because.` },
	})),
	...[500, 501, 408, 301, 101].map((status) => ({
		name: `${status} may come after the request was taken, and proves nothing`,
		given: answered(status, { retryAfter: '5' }),
		expected: { kind: 'ambiguous' as const, error: `${status} because.` },
	})),
	...[502, 504].map((status) => ({
		name: `${status} proves nothing either, and is a word of what lies on this controller's way`,
		given: answered(status),
		expected: {
			...{ kind: 'ambiguous' as const, scope: 'controller' as const },
			error: `${status} because.`,
		},
	})),
	{
		name: 'of an HTML page only the status line is kept',
		given: answered(503, html),
		expected: { ...everywhere, rarely: false, error: '503 Service Unavailable' },
	},
	{
		name: 'Masakari’s request id is kept',
		given: answered(400, { requestId: 'req-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f' }),
		expected: {
			...{ ...everywhere, rarely: true },
			error: '400 because. (req-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f)',
		},
	},
	{
		name: 'anything else in place of a request id is not',
		given: answered(400, { requestId: 'x'.repeat(1000) }),
		expected: { ...everywhere, rarely: true, error: '400 because.' },
	},
	{
		name: 'a failure to connect means that nothing was sent',
		given: { kind: 'failed', phase: 'connect', error: 'refused' },
		expected: { kind: 'unsent', error: 'refused' },
	},
	{
		name: 'a failure after writing proves nothing',
		given: { kind: 'failed', phase: 'written', error: 'timeout' },
		expected: { kind: 'ambiguous', error: 'timeout', scope: 'controller' },
	},
];
for (const { name, given, expected } of cases) {
	test(name, () => assert.deepEqual(decideAnswer(given), expected));
}
