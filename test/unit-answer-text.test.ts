import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideAnswer, type PostEnd } from '../handlers/lib/decide/answer.ts';

const now = Date.parse('2026-11-22T12:00:00Z');

function answered(status: number, over: Partial<Extract<PostEnd, { kind: 'answered' }>>): PostEnd {
	const rest = { json: undefined, notification: null, now };
	return { kind: 'answered', status, statusText: 'Text', ...rest, ...over };
}

const waits: [value: string, ms: number | undefined][] = [
	['0', 0],
	['120', 120_000],
	['86400', 600_000],
	['Sun, 22 Nov 2026 12:02:00 GMT', 120_000],
	['Sun, 22 Nov 2026 13:00:00 GMT', 600_000],
	['Sun, 22 Nov 2026 11:00:00 GMT', 0],
	...['', '-5', '1.5', 'soon', '1e3', 'Someday, but not now'].map((v): [string, undefined] => [
		v,
		undefined,
	]),
];
for (const [value, ms] of waits) {
	test(`Retry-After "${value}" is ${ms === undefined ? 'passed over' : `${ms} ms`}`, () => {
		const answer = decideAnswer(answered(503, { retryAfter: value }));
		assert.equal(answer.kind === 'refused' ? answer.retryAfterMs : null, ms);
	});
}

test('an error is one line of at most 300 characters, without control characters', () => {
	const long = `a\r\n\tb\u001b[31m${'c'.repeat(9000)}`;
	const ends: PostEnd[] = [
		answered(400, { json: { f: { message: long } }, requestId: `req-${'a'.repeat(36)}` }),
		answered(202, { json: undefined, statusText: long }),
		{ kind: 'failed', phase: 'written', error: long },
	];
	for (const end of ends) {
		const answer = decideAnswer(end);
		const error = 'error' in answer ? answer.error : '';
		assert.match(error, /a b \[31mccc.*…/);
		assert.doesNotMatch(error, /\p{Cc}/u);
		assert.ok(error.length <= 300);
	}
});
