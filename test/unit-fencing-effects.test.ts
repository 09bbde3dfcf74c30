import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFenceLab, everywhere, type FenceLab } from './fixtures/fence-lab.ts';
import { fencingOn } from './fixtures/fencing.ts';

const [dead, up] = [everywhere('down'), everywhere('up')];

/** A lab in which `n1` is dead and has been seen so for `confirm` by `c1`. */
async function dying(
	settings: Parameters<typeof createFenceLab>[0] = {},
	healths = dead,
): Promise<FenceLab> {
	const lab = createFenceLab(settings);
	lab.healths['n1'] = healths;
	lab.bmcs['n1'] = { power: 'on' };
	await lab.runs('c1', 1);
	assert.deepEqual(lab.said, [], 'not confirmed yet');
	lab.pass(6);
	return lab;
}
const posts = ({ said }: FenceLab) => said.filter((one) => one.startsWith('POST'));
const offs = ({ said }: FenceLab) => said.filter((one) => one.startsWith('off'));
const verify = { fencing: { ...fencingOn, mode: 'verify' as const } };

test('a due host is powered off, read three times, read again right before the POST, and told once (I2)', async () => {
	const lab = await dying();
	await lab.runs('c1', 5);
	const status = 'status n1';
	assert.deepEqual(lab.said, ['off n1', status, status, status, status, 'POST n1 NORMAL']);
	const { state, fencing, attempt } = lab.incident('n1') ?? assert.fail('an incident');
	assert.deepEqual([state, fencing?.offs, attempt.number], ['notified', 1, 1]);
});

test('a host that gossip still sees up is read only once it is down everywhere', async () => {
	const lab = await dying({}, 'up/up/down');
	await lab.runs('c1', 2);
	assert.deepEqual(lab.said, ['off n1']);
	lab.healths['n1'] = dead;
	await lab.runs('c1', 2);
	assert.deepEqual(posts(lab), ['POST n1 NORMAL']);
});

test('a host whose agent answers keeps its power, whatever gossip says (I1)', async () => {
	const lab = await dying();
	lab.port = 'answered';
	await lab.runs('c1', 5);
	assert.deepEqual(lab.said, [], 'no fence agent runs');
	lab.port = 'silent';
	await lab.runs('c1', 5);
	assert.deepEqual(posts(lab), ['POST n1 NORMAL'], 'until it answers no more');
});

test('one whose agent answers only at the last look before it keeps its power, and confirms anew (I1)', async () => {
	const lab = await dying();
	lab.before = (effect) => {
		if (effect === 'acquire') lab.port = 'answered';
	};
	await lab.runs('c1', 1);
	lab.before = () => {};
	lab.port = 'silent';
	assert.equal(lab.stored().views['c1']?.value.held['n1']?.[0]?.gate, 'agent');
	await lab.runs('c1', 1);
	assert.deepEqual(lab.said, [], 'what was seen before confirms nothing');
	await lab.runs('c1', 5);
	assert.deepEqual(posts(lab), ['POST n1 NORMAL']);
});

test('a proof of the BMC does not replace an agent that answers: it is another host that is off (I1)', async () => {
	const lab = await dying();
	await lab.runs('c1', 1);
	assert.deepEqual(lab.said.slice(0, 1), ['off n1']);
	lab.port = 'answered';
	await lab.runs('c1', 5);
	assert.deepEqual(posts(lab), [], 'nobody is told');
});

for (const error of [
	'fence_x did not end within 10 s',
	'fence_x exited with 1',
	'no fence agent for it',
]) {
	test(`no NORMAL where its BMC cannot be used: ${error}`, async () => {
		const lab = await dying();
		lab.bmcs['n1'] = { power: 'on', error };
		await lab.runs('c1', 60);
		assert.deepEqual(posts(lab), []);
		const { fencing } = lab.incident('n1') ?? assert.fail('an incident');
		assert.match(fencing?.error ?? '', new RegExp(error));
		assert.ok(lab.said.length < 12, `backs off: ${lab.said.length} agents in 10 min`);
		lab.bmcs['n1'] = { power: 'on' };
		await lab.runs('c1', 90);
		assert.deepEqual(posts(lab), ['POST n1 NORMAL'], 'and is told when it can be proven');
	});
}

test('no NORMAL where off stays on, however often it is sent', async () => {
	const lab = await dying();
	lab.bmcs['n1'] = { power: 'on', stuck: true };
	await lab.runs('c1', 60);
	assert.deepEqual(posts(lab), []);
	assert.ok(offs(lab).length > 1, 'sent again');
	assert.match(lab.incident('n1')?.fencing?.error ?? '', /on|did not end/);
});

test('to verify nothing is powered off: a host that is on is held, and told once it is off', async () => {
	const lab = await dying(verify);
	await lab.runs('c1', 10);
	assert.deepEqual([offs(lab), posts(lab)], [[], []]);
	assert.equal(lab.incident('n1')?.fencing?.error, 'its BMC says on');
	lab.bmcs['n1'] = { power: 'off' };
	await lab.runs('c1', 40);
	assert.deepEqual([offs(lab), posts(lab)], [[], ['POST n1 NORMAL']]);
});

test('an incident in which nothing was done closes when the matrix leaves its host alone again', async () => {
	const lab = await dying(verify);
	await lab.runs('c1', 2);
	lab.healths['n1'] = 'down/up/up';
	await lab.runs('c1', 3);
	assert.equal(lab.incident('n1'), undefined);
	assert.deepEqual([offs(lab), posts(lab)], [[], []]);
	const powered = await dying({}, 'up/up/down');
	powered.bmcs['n1'] = { power: 'on', stuck: true };
	await powered.runs('c1', 1);
	powered.healths['n1'] = 'down/up/up';
	await powered.runs('c1', 3);
	assert.ok(powered.incident('n1'), 'a host that was powered off has to be back everywhere');
});

test('where so configured Masakari is told UNKNOWN of what cannot be proven, once', async () => {
	const lab = await dying({ fencing: { ...fencingOn, unproven: 'unknown' } });
	lab.bmcs['n1'] = { power: 'on', error: 'fence_x exited with 1' };
	await lab.runs('c1', 60);
	assert.deepEqual(posts(lab), ['POST n1 UNKNOWN']);
	assert.equal(lab.incident('n1')?.host_status, 'UNKNOWN');
});

/** A proven host that could not be told yet: Masakari went away. */
async function provenWithout(): Promise<FenceLab> {
	const lab = await dying();
	await lab.runs('c1', 1);
	assert.ok(lab.incident('n1')?.fencing?.proven_at, 'it is proven');
	lab.masakari.away = true;
	await lab.runs('c1', 3);
	assert.deepEqual(posts(lab), []);
	return lab;
}

test('a fenced host powered on by hand while Masakari is away is not told (I1)', async () => {
	const lab = await provenWithout();
	lab.bmcs['n1'] = { power: 'on' };
	lab.healths['n1'] = up;
	await lab.runs('c1', 1);
	lab.masakari.away = false;
	await lab.runs('c1', 10);
	assert.deepEqual([posts(lab), offs(lab)], [[], ['off n1']]);
	assert.equal(lab.incident('n1'), undefined, 'its incident is closed');
});

test('one that is powered on and not up yet is not told either: its BMC is read right before (I1)', async () => {
	const lab = await provenWithout();
	lab.masakari.away = false;
	lab.bmcs['n1'] = { power: 'on' };
	await lab.runs('c1', 1);
	assert.deepEqual(posts(lab), []);
	const { fencing } = lab.incident('n1') ?? assert.fail('an incident');
	assert.deepEqual([fencing?.proven_at, fencing?.error], [undefined, 'its BMC says on']);
	lab.healths['n1'] = up;
	await lab.runs('c1', 10);
	assert.deepEqual([posts(lab), offs(lab)], [[], ['off n1']]);
});

test('a pause said while Masakari is away holds a proven host', async () => {
	const lab = await provenWithout();
	lab.masakari.away = false;
	const word = { version: 1, who: 'ann', why: 'x', at: 1 };
	lab.kv.putCas('paused', JSON.stringify(word), 0);
	await lab.runs('c1', 3);
	assert.deepEqual(posts(lab), []);
});

test('nobody is powered off whose verdict does not stand on the reads right before it (I1)', async () => {
	const lab = await dying();
	let reads = 0;
	lab.before = (effect) => {
		if (effect === 'readNetworks' && ++reads === 2) lab.healths['n1'] = up;
	};
	await lab.run('c1');
	assert.deepEqual(lab.said, []);
	assert.equal(lab.incident('n1'), undefined);
	const { abstains, due } = lab.stored().views['c1']?.value ?? assert.fail('a view');
	assert.match(abstains?.reason ?? '', /no longer stood before its power-off/);
	assert.equal(due['n1'], undefined, 'it confirms anew');
});

test('nobody is powered off who comes back on a network right before it', async () => {
	const lab = await dying();
	let reads = 0;
	lab.before = (effect) => {
		if (effect === 'readNetworks' && ++reads === 2) lab.healths['n1'] = 'up/down/down';
	};
	await lab.run('c1');
	assert.deepEqual(lab.said, []);
});

test('a word that an operator says between the reads and the commit keeps the power on', async () => {
	const lab = await dying();
	lab.before = (effect) => {
		if (effect !== 'transact') return;
		const word = { version: 1, who: 'ann', why: 'x', at: 1 };
		lab.kv.putCas('maintenance/n1', JSON.stringify(word), 0);
	};
	await lab.run('c1');
	assert.deepEqual(lab.said, []);
	assert.equal(lab.incident('n1'), undefined);
});

test('a process that is stopped between the commit and the power-off powers nobody off', async () => {
	const lab = await dying();
	let committed = false;
	lab.before = (effect) => {
		if (effect === 'transact') {
			committed = true;
			lab.pass(2.1);
		}
	};
	await lab.run('c1');
	assert.ok(committed, 'it was committed');
	assert.deepEqual(lab.said, []);
	lab.before = () => {};
	await lab.runs('c1', 12);
	assert.deepEqual(posts(lab), ['POST n1 NORMAL'], 'and the host is told in the end');
});

test('a BMC that hangs keeps nobody else from being fenced and told', async () => {
	const lab = await dying();
	let release = () => {};
	const hanging = new Promise<void>((resolve) => {
		release = resolve;
	});
	let hangs = () => {};
	const began = new Promise<void>((resolve) => {
		hangs = resolve;
	});
	lab.before = (effect) => {
		if (effect !== 'off n1') return;
		lab.before = () => {};
		hangs();
		return hanging;
	};
	const running = lab.run('c1');
	await began;
	lab.healths['n2'] = dead;
	lab.bmcs['n2'] = { power: 'on' };
	await lab.runs('c2', 5);
	assert.ok(posts(lab).includes('POST n2 NORMAL'), 'n2 is told meanwhile');
	release();
	await running;
	await lab.runs('c2', 2);
	assert.deepEqual(posts(lab).toSorted(), ['POST n1 NORMAL', 'POST n2 NORMAL']);
});

test('whoever dies after whichever effect, another controller goes on, and tells it once (I2, I3)', async () => {
	let effects = 0;
	const whole = await dying();
	whole.before = () => void effects++;
	await whole.runs('c1', 3);
	assert.ok(effects > 40, `${effects} effects`);
	for (let dies = 1; dies <= effects; dies++) {
		const lab = await dying();
		let count = 0;
		let die = () => {};
		const died = new Promise<void>((resolve) => {
			die = resolve;
		});
		lab.before = () => {
			if (++count < dies) return;
			die();
			return new Promise(() => {}); // nothing of this process happens any more
		};
		await Promise.race([lab.runs('c1', 3), died]);
		lab.before = () => {};
		for (const session of lab.kv.sessions()) lab.kv.expire(session);
		lab.pass(30);
		await lab.runs('c2', 14);
		assert.deepEqual(posts(lab), ['POST n1 NORMAL'], `died before effect ${dies}`);
		assert.equal(lab.incident('n1')?.state, 'notified', `died before effect ${dies}`);
		const first = lab.said.indexOf('POST n1 NORMAL');
		const readings = lab.said.slice(0, first).filter((one) => one === 'status n1');
		assert.ok(readings.length >= 4, `died before effect ${dies}: ${lab.said.join(', ')}`);
	}
});
