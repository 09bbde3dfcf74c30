import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stored } from '../handlers/lib/decide/stored.ts';
import { ConsulError, InputError, UsageError } from '../handlers/lib/errors.ts';
import { parseOptions } from '../scripts/lib/command.ts';
import { heldByStorm } from '../scripts/lib/command-approve.ts';
import { decideRefusal } from '../scripts/lib/command-forget.ts';
import { parseVector } from '../scripts/lib/command-simulate.ts';
import { commands } from '../scripts/lib/commands.ts';
import { dispatch } from '../scripts/lib/dispatch.ts';
import { findHost, nearNames } from '../scripts/lib/known-hosts.ts';
import { parseReason, parseUntil, speaker } from '../scripts/lib/operator-word.ts';
import { tableText } from '../scripts/lib/table.ts';
import { durationText, timeText } from '../scripts/lib/times.ts';
import { view } from './fixtures/values.ts';
import { incidentOf, networks, readsOf, snapshotsOf, storedOf, wordOf } from './fixtures/world.ts';

const run = (...argv: string[]) => {
	const { signal } = new AbortController();
	return dispatch({ argv, env: {}, signal, log: () => assert.fail('a command logs nothing') });
};
const usage = (text: RegExp) => (error: unknown) => {
	assert.ok(error instanceof UsageError);
	assert.match(error.message, text);
	return true;
};

const refused: readonly { argv: readonly string[]; because: RegExp }[] = [
	{ argv: [], because: /^a command is missing\nsee: hostmonitor --help$/ },
	{ argv: ['evacuate'], because: /^there is no command "evacuate"\nsee/ },
	{ argv: ['constructor'], because: /no command "constructor"/ },
	{ argv: ['--json', 'status'], because: /^Unknown option '--json'\nsee/ },
	{
		argv: ['status', '--yaml'],
		because: /^Unknown option '--yaml'\nusage: hostmonitor status \[--json\]$/,
	},
	{ argv: ['status', 'n1'], because: /unexpected argument "n1"/ },
	{ argv: ['status', '--config'], because: /--config/ },
	{
		argv: ['maintenance'],
		because: /^HOST is missing\nusage: hostmonitor maintenance HOST --reason/,
	},
	{ argv: ['maintenance', 'n1'], because: /--reason TEXT is missing/ },
	{ argv: ['maintenance', 'n1', 'n2', '--reason', 'x'], because: /one HOST, not also "n2"/ },
	{ argv: ['maintenance', 'n1', '--reason', ' '], because: /--reason TEXT is missing/ },
	{
		argv: ['maintenance', 'n1', '--reason', 'x', '--for', '2 days'],
		because: /--for 2 days: expected/,
	},
	{ argv: ['maintenance', '--clear', 'n1', '--for', '1h'], because: /--clear takes no --for/ },
	{ argv: ['pause'], because: /--reason TEXT is missing/ },
	{ argv: ['pause', '--reason', 'x', '--for', '0s'], because: /--for 0s: expected/ },
	{ argv: ['resume', '--reason', 'x'], because: /Unknown option '--reason'/ },
	{ argv: ['approve', '--reason', 'x'], because: /HOST is missing, or --all/ },
	{ argv: ['approve', 'n1', '--all', '--reason', 'x'], because: /either HOST or --all/ },
	{ argv: ['approve', 'n1'], because: /--reason TEXT is missing/ },
	{ argv: ['approve', 'n1', '--reason', 'x', '--for', '1h'], because: /Unknown option '--for'/ },
	{ argv: ['forget'], because: /HOST is missing/ },
	{ argv: ['acknowledge'], because: /HOST is missing/ },
	{ argv: ['render', '--out', 'x'], because: /--network NAME is missing/ },
	{ argv: ['render', '--network', 'storage'], because: /--out DIR is missing/ },
];
for (const { argv, because } of refused) {
	test(`I8: hostmonitor ${argv.join(' ')} is a usage error before anything is read`, async () => {
		await assert.rejects(run(...argv), usage(because));
	});
}

for (const [name, { usage: forms }] of Object.entries(commands)) {
	test(`${name} --help shows each of its forms within 100 columns`, async () => {
		const { text } = await run(name, '--help');
		for (const form of forms) assert.ok(text.includes(`hostmonitor ${name} ${form}`.trimEnd()));
		for (const line of text.split('\n')) assert.ok(line.length <= 100, line);
	});
}

test('the help lists every command, and --version is a version', async () => {
	const { text } = await run('--help');
	for (const name of Object.keys(commands)) assert.match(text, new RegExp(`^  ${name} +\\w`, 'm'));
	assert.match((await run('--version')).text, /^\d+\.\d+\.\d+$/);
});

test('an option of the command may stand before a value that begins with a dash only with =', () => {
	const reason = { reason: { type: 'string' } } as const;
	assert.equal(parseOptions(['--reason=-x'], reason).values.reason, '-x');
	assert.throws(() => parseOptions(['--reason', '-x'], reason), UsageError);
});

test('a word ends when its duration is over, and without one stands until it is taken back', () => {
	assert.deepEqual(parseUntil('2h', 1000), { until: 7_201_000 });
	assert.deepEqual(parseUntil(undefined, 1000), {});
	for (const text of ['', '2', '-1h', '1d', '8761h', '1.5h']) {
		assert.throws(() => parseUntil(text, 0), UsageError, text);
	}
});

test('a reason is trimmed, and longer than KV takes it is refused', () => {
	assert.equal(parseReason(' disk '), 'disk');
	assert.throws(() => parseReason('x'.repeat(4097)), UsageError);
});

test('a word is said by the person behind sudo', () => {
	assert.match(speaker({ SUDO_USER: 'ann' }), /^ann@./);
	assert.match(speaker({}), /^.+@./);
});

const known = ['compute-1', 'compute-2', 'compute-11', 'storage-1.example.org'];
const misspelt: readonly { name: string; host: string; expected: readonly string[] }[] = [
	{
		name: 'a letter too few',
		host: 'compute1',
		expected: ['compute-1', 'compute-11', 'compute-2'],
	},
	{ name: 'the short name', host: 'storage-1', expected: ['storage-1.example.org'] },
	{ name: 'the long name', host: 'compute-2.example.org', expected: ['compute-2'] },
	{ name: 'nothing alike', host: 'network-9', expected: [] },
];
for (const { name, host, expected } of misspelt) {
	test(`near names are offered for ${name}`, () => {
		assert.deepEqual(nearNames(host, known), expected);
	});
}

test('a host is found by any spelling, in whatever names it, and nothing else is', () => {
	const stored = storedOf({
		snapshots: {
			storage: { ...(snapshotsOf(readsOf({ n1: 'up/up/up' }))['storage'] ?? assert.fail()) },
		},
		incidents: { n2: incidentOf('n2', 0) },
		views: { c1: view },
		maintenance: { n5: wordOf() },
		approved: { n6: wordOf(900) },
	});
	for (const host of ['N1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n9']) {
		assert.equal(findHost(host, stored), host.toLowerCase());
	}
	assert.throws(() => findHost('n7', stored), InputError);
	assert.throws(() => findHost('constructor', stored), InputError);
});

test('approve --all takes who is held by a storm in any live view, and nobody else', () => {
	const held = {
		n2: [
			{ gate: 'paused', reason: '' },
			{ gate: 'storm', reason: '' },
		],
		n1: [{ gate: 'storm', reason: '' }],
		n3: [{ gate: 'paused', reason: '' }],
	};
	const other = { ...view, held: { n1: [{ gate: 'storm', reason: '' }] } };
	const { views } = storedOf({ views: { c1: { ...view, held }, c2: other } });
	assert.deepEqual(heldByStorm({ views }), ['n1', 'n2']);
});

const lists = (hosts: Readonly<Record<string, string>>): Stored =>
	storedOf({ snapshots: snapshotsOf(readsOf(hosts)) });
const vanished = (healths: string): Stored => {
	const stored = lists({ n1: healths, n2: 'up/up/up' });
	const { storage } = stored.snapshots;
	assert.ok(storage);
	const snapshots = {
		...stored.snapshots,
		storage: { ...storage, value: { ...storage.value, vanished: ['n1'] } },
	};
	return { ...stored, snapshots };
};
const forgotten: readonly { name: string; stored: Stored; refusal: RegExp | null }[] = [
	{
		name: 'is down',
		stored: lists({ n1: 'up/up/down' }),
		refusal: /^n1 is down on storage, not gone; .*hostmonitor maintenance n1/,
	},
	{
		name: 'is up',
		stored: lists({ n1: 'up/up/up' }),
		refusal: /^n1 is up on management, tenant, storage/,
	},
	{
		name: 'vanished, and is up elsewhere',
		stored: vanished('up/absent/absent'),
		refusal: /^n1 is up on management, not gone/,
	},
	{
		name: 'vanished, and is down elsewhere',
		stored: vanished('absent/down/absent'),
		refusal: /^n1 is down on tenant/,
	},
	{ name: 'vanished', stored: vanished('absent/absent/absent'), refusal: null },
	{ name: 'left', stored: lists({ n1: 'left/left/left' }), refusal: null },
	{ name: 'is unknown only', stored: lists({ n2: 'up/up/up' }), refusal: /nothing to forget/ },
	{
		name: 'has an incident only',
		stored: storedOf({ incidents: { n1: incidentOf('n1', 0) } }),
		refusal: null,
	},
];
for (const { name, stored, refusal } of forgotten) {
	test(`I4: a host that ${name} is ${refusal ? 'not ' : ''}forgotten`, () => {
		const found = decideRefusal(stored, 'n1');
		if (refusal) assert.match(found ?? '', refusal);
		else assert.equal(found, null);
	});
}

test('a simulated vector takes known networks and healths only', () => {
	assert.deepEqual(parseVector(['STORAGE=down'], networks), { storage: 'down' });
	assert.throws(() => parseVector(['disk=down'], networks), usage(/no network "disk"/));
	assert.throws(() => parseVector(['storage=dead'], networks), usage(/storage=dead: expected/));
});

test('columns are as wide as their widest cell', () => {
	assert.equal(
		tableText([
			['a', 'bb', 'c'],
			['ddd', 'e'],
		]),
		'  a    bb  c\n  ddd  e',
	);
});

test('times are in whole seconds of UTC, durations in their largest whole unit', () => {
	assert.equal(timeText(Date.parse('2026-11-22T12:00:00.999Z')), '2026-11-22T12:00:00Z');
	assert.equal(timeText(1e300), 'never');
	assert.deepEqual([7_200_000, 90_000, 1500, 0].map(durationText), ['2h', '90s', '1500ms', '0ms']);
});

test('every error of a command is of a class with an exit code', () => {
	for (const error of [new InputError('x'), new UsageError('x'), new ConsulError('x')]) {
		assert.match(error.code, /^[A-Z]+$/);
	}
});
