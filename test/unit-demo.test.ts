/** What the demo takes for a failure: anything but the two notifications that it expects. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { finalStatuses } from '../handlers/lib/decide/incident.ts';
import { decideNotification, generatedTimeAt } from '../handlers/lib/decide/notification.ts';
import { problemsOf, wrongNotification } from '../scripts/lib/demo-expect.ts';
import { startMasakariApi } from '../scripts/lib/masakari-api.ts';
import type { NotificationRow } from '../scripts/lib/masakari-rows.ts';

type Event = 'STOPPED' | 'STARTED';

const engine = { pickupMs: 1, recoveryMs: 1 };
const isOver = ({ status }: NotificationRow) => finalStatuses.includes(status);

/** A demo whose Masakari is told this, one after the other. */
async function told(t: TestContext, ...all: readonly (readonly [event: Event, host: string])[]) {
	const masakari = await startMasakariApi({ hosts: ['compute-1', 'compute-2'], engine });
	t.after(() => masakari.close());
	const demo = { masakari, killed: 'compute-2' };
	let wrong = 'nothing';
	void wrongNotification(demo).catch((error: Error) => {
		wrong = error.message;
	});
	for (const [event, host] of all) {
		const body = decideNotification(host, event, generatedTimeAt(Date.now()), 'NORMAL');
		const headers = { 'Content-Type': 'application/json' };
		const url = `${masakari.url}/notifications`;
		await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
		// The engine sets it as its first act.
		await masakari.waitFor(() => masakari.notifications.every(isOver), 60_000);
		masakari.clearMaintenance(host);
	}
	return { problems: problemsOf(demo), wrong: () => wrong };
}

test('the demo is well when the killed host is told down, and then back', async (t) => {
	const { problems, wrong } = await told(t, ['STOPPED', 'compute-2'], ['STARTED', 'compute-2']);
	assert.deepEqual(problems, []);
	assert.equal(wrong(), 'nothing');
});

const expected = 'not: STOPPED compute-2 OFFLINE NORMAL, STARTED compute-2 ONLINE NORMAL';

test('the demo fails at once when another host is told of', async (t) => {
	const { problems, wrong } = await told(t, ['STOPPED', 'compute-1']);
	assert.deepEqual(problems, [`Masakari was told: STOPPED compute-1 OFFLINE NORMAL; ${expected}`]);
	assert.equal(wrong(), 'Masakari was told STOPPED compute-1 OFFLINE NORMAL');
});

test('the demo fails when nobody is told of, or not of the return', async (t) => {
	assert.deepEqual((await told(t)).problems, [`Masakari was told: nothing; ${expected}`]);
	const half = await told(t, ['STOPPED', 'compute-2']);
	assert.equal(half.problems.length, 1);
	assert.equal(half.wrong(), 'nothing', 'it may come yet');
});

test('the demo fails when Masakari refused a second one', async (t) => {
	const { problems } = await told(t, ['STOPPED', 'compute-2'], ['STOPPED', 'compute-2']);
	assert.match(problems[1] ?? '', /^answered 409: .*"event":"STOPPED"/);
});
