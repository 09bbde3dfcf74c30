/** Masakari refuses one controller after the other, goes away, is slow, takes and does not say so. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultAnswer } from '../scripts/lib/masakari-answers.ts';
import { heldBy } from './fixtures/held.ts';
import { type InstalledCloud, patienceMs, startInstalled } from './fixtures/installed-cloud.ts';
import { about, assertOne, notified, postsOf } from './fixtures/notified.ts';

const [refused, unsaid, cut, away, slow] = [1, 2, 3, 4, 5].map((i) => `compute-${i}`) as Five;
type Five = [string, string, string, string, string];
/** How long Masakari thinks about each GET. */
let slowMs = 0;
let cloud: InstalledCloud;

before(async () => {
	cloud = await startInstalled(
		{ computes: 5 },
		{ storm: { max_hosts: 100, max_fraction: 1 } },
		{
			authenticate: async ({ method }) => {
				if (method === 'GET' && slowMs > 0) await sleep(slowMs);
				return { project: '' };
			},
		},
	);
});
after(() => cloud?.close());

async function assertSent(host: string, requests: number) {
	const { masakari, until } = cloud;
	const incident = await until(`${host} finished`, notified(host, 'finished'));
	assertOne(masakari, host, incident);
	assert.equal(postsOf(masakari, host).length, requests);
	return incident;
}

test('answers that blame the sender make each controller stand back in its turn', async () => {
	const when = about(refused);
	for (const status of [401, 403, 404]) {
		const act = faultAnswer(status, 'not you');
		cloud.masakari.fault({ at: 'before', act, when });
	}
	await cloud.host(refused).kill();
	const said = await cloud.until('all stand back', ({ views, incidents }) => {
		const reasons = Object.values(views).flatMap(({ value }) => value.abstains?.reason ?? []);
		return reasons.length === 3 && { reasons, incident: incidents[refused]?.value };
	});
	const statuses = said.reasons.map((reason) => /^(\d+) not you/.exec(reason)?.[1]);
	assert.deepEqual(statuses.sort(), ['401', '403', '404']);
	assert.deepEqual([said.incident?.attempt.number, said.incident?.attempt.outcome], [3, 'refused']);
	assert.match(said.incident?.attempt.error ?? '', /^404 not you/);
	const critical = new RegExp(
		`^critical: ${refused}: not notified yet, attempt 3 refused: 404`,
		'm',
	);
	const standing = /^warning: standing back: 40[134] not you/m;
	for (const controller of cloud.controllers) await cloud.says(controller, critical, standing);
});

test('taken and answered with 500, or cut off before the answer, it is adopted (I2)', async () => {
	const act = faultAnswer(500, 'Unexpected API Error.');
	cloud.masakari.fault({ at: 'after', act, when: about(unsaid) });
	cloud.masakari.fault({ at: 'after', act: 'reset', when: about(cut) });
	await Promise.all([cloud.host(unsaid).kill(), cloud.host(cut).kill()]);
	for (const host of [unsaid, cut]) {
		const { attempt, generated_times } = await assertSent(host, 1);
		assert.deepEqual([attempt.number, attempt.outcome], [1, 'accepted']);
		assert.deepEqual(
			postsOf(cloud.masakari, host).map(({ generated_time }) => generated_time),
			generated_times,
		);
	}
});

test('the refused one is sent again when their time is over, and accepted once (I2)', async () => {
	const { attempt, generated_times } = await assertSent(refused, 4);
	assert.equal(attempt.number, 4);
	// Of whole seconds: the first three may have come within one, the last comes much later.
	assert.ok(new Set(generated_times).size > 1, 'a new time after a refusal');
});

test('while Masakari is away the host waits, and then it is sent once (I2)', async () => {
	await cloud.masakari.stopListening();
	await cloud.host(away).kill();
	await cloud.until('held', heldBy(away, 'masakari', /^Masakari does not answer: .*refused/));
	const critical = new RegExp(
		`^critical: ${away}: held by masakari: Masakari does not answer`,
		'm',
	);
	for (const controller of cloud.controllers) await cloud.says(controller, critical);
	await cloud.masakari.listenAgain();
	assert.equal((await assertSent(away, 1)).attempt.number, 1);
});

test('a Masakari that needs 2.8 s for each GET is notified nevertheless, once (I2)', async () => {
	slowMs = 2800;
	await cloud.host(slow).kill();
	const { masakari } = cloud;
	await masakari.waitFor(() => postsOf(masakari, slow).length > 0, patienceMs);
	assert.equal((await assertSent(slow, 1)).attempt.number, 1);
});
