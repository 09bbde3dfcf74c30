/** Values in KV as somebody hostile, or a broken disk, would leave them, for every kind of key. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Checked, startChecked } from './checked.ts';
import { changed, type Step } from './fixtures/mutation.ts';
import {
	closed,
	handlerRuns,
	heldRecord,
	incident,
	operatorWord,
	snapshot,
	view,
} from './fixtures/values.ts';

let checked: Checked;

before(async () => {
	checked = await startChecked({ controllers: 1, computes: 1 });
	await checked.until(0, /^1 hosts on 2 networks$/);
	await checked.kill('compute-1', 'storage');
	// From here on it is due and confirmed in every run, as long as something holds it.
	await checked.kv.put('paused', JSON.stringify({ ...operatorWord, until: 8e15 }));
	await checked.untilConfirmed('compute-1');
});
after(() => checked?.close());

interface Kind {
	readonly key: string;
	readonly value: object;
	/** Where a text is in it, and a time. */
	readonly text: readonly Step[];
	readonly time?: readonly Step[];
	/** Nothing is decided by it. */
	readonly holds?: false;
}
const word = { value: operatorWord, text: ['why'], time: ['at'] };
const ofIncident = { text: ['attempt', 'controller'], time: ['attempt', 'look_ups', 0] };
const kinds: readonly Kind[] = [
	{ key: 'paused', ...word },
	{ key: 'maintenance/compute-1', ...word },
	{ key: 'approved/compute-1', ...word },
	{ key: 'hosts/compute-1', value: incident, ...ofIncident },
	{
		key: 'controllers/controller-2',
		...{ value: view, text: ['held', 'n3', 0, 'reason'], time: ['due', 'n3', 'first_seen'] },
	},
	{ key: 'networks/management', value: snapshot, text: ['up', 1] },
	{ key: 'networks/storage', value: snapshot, text: ['vanished', 0] },
	{
		key: 'handlers/controller-1',
		...{ value: handlerRuns, text: ['boot_id'], time: ['ran', 'aggregate-hosts', 'at'] },
		holds: false,
	},
	{
		key: 'history/2024-01-31T09:30:00Z-compute-1',
		...{ value: closed, ...ofIncident, holds: false },
	},
	{
		key: 'history/2024-01-31T09:40:00Z-compute-1',
		...{ value: heldRecord, text: ['gates', 0, 'reason'], time: ['first_seen'] },
		holds: false,
	},
];

/** What is wrong, the value as text, and what the check says of it. */
function* hostile({ value, text, time }: Kind): Generator<readonly [string, string, RegExp]> {
	const to = (path: readonly Step[], what: unknown) =>
		JSON.stringify(changed(value, path, () => what));
	const json = JSON.stringify(value);
	yield ['rubbish', '\u001b[2J"}\r\n{', /is not JSON/];
	yield ['version 99', JSON.stringify({ ...value, version: 99 }), /is of version 99/];
	yield ['500 KiB of JSON', to(text, 'x'.repeat(500 * 1024)), /expected a name|characters/];
	yield [
		'a prototype',
		json.replace('{', '{"__proto__":{"version":1},'),
		/unknown key "__proto__"/,
	];
	yield ['a list deep inside', to(text, [[{}]]), /is a list, expected/];
	if (time === undefined) return;
	yield ['a time before all time', to(time, -1), /must be >= 0/];
	yield ['a time after all time', to(time, 1e300), /must be <= 8640000000000000/];
	if (value !== operatorWord) return;
	const lines = 'x\r\ncritical: compute-9: \u001b[2J';
	yield ['a reason of several lines', to(text, lines), /expected text on one line/];
}

for (const kind of kinds) {
	const { key, holds } = kind;
	for (const [what, value, said] of hostile(kind)) {
		test(`${key}: ${what} is named in one line, left as it is, and does nothing (I8)`, async () => {
			const good = await checked.kv.get(key);
			const pause = await checked.kv.get('paused');
			await checked.kv.put(key, value);
			// Only what the decision rests on holds the host by itself.
			if (holds !== false && key !== 'paused') await checked.kv.remove('paused');
			const put = await checked.kv.get(key);
			const { exitCode, text } = await checked.check();
			assert.equal(exitCode, 2, text);
			const lines = text.split('\n').filter((line) => line.startsWith(`critical: KV ${key}: `));
			assert.equal(lines.length, 1, text);
			assert.match(lines[0] ?? '', said);
			assert.doesNotMatch(text, /compute-9/);
			const gate = holds === false ? 'paused: ' : `unreadable: ${key}: `;
			assert.ok(text.includes(`: compute-1: held by ${gate}`), text);
			assert.deepEqual(await checked.kv.get(key), put);
			assert.equal(checked.posted(), 0);
			if (pause) await checked.kv.put('paused', pause.text);
			if (good && key !== 'paused') await checked.kv.put(key, good.text);
			else if (key !== 'paused') await checked.kv.remove(key);
		});
	}
}

test('whatever the lock holds, it is taken, and the host is notified once (I2)', async () => {
	await checked.kv.put('lock', `{"__proto__":{"version":99},"x":"${'x'.repeat(500 * 1024)}"}`);
	const { text } = await checked.check();
	assert.match(text, /^warning: compute-1: held by paused: /m);
	assert.equal(checked.posted(), 0);
	await checked.kv.remove('paused');
	await checked.until(1, /^warning: compute-1: recovery \w+ by Masakari/m);
	assert.equal(checked.posted(), 1);
	assert.equal((await checked.kv.get('lock'))?.text, '', 'it was taken, and given back');
});
