import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../handlers/lib/errors.ts';
import { configPath } from '../handlers/lib/io/config.ts';
import { parseDuration } from '../handlers/lib/schema/duration.ts';

const paths: readonly { name: string; argv: string[]; env?: string; expected: string }[] = [
	{ name: 'nothing said', argv: [], expected: '/etc/hostmonitor/hostmonitor.yaml' },
	{ name: 'the environment', argv: ['x'], env: '/e', expected: '/e' },
	{
		name: 'an empty environment',
		argv: [],
		env: '',
		expected: '/etc/hostmonitor/hostmonitor.yaml',
	},
	{ name: '--config FILE', argv: ['a', '--config', '/c', 'b'], env: '/e', expected: '/c' },
	{ name: '--config=FILE', argv: ['--config=/c'], env: '/e', expected: '/c' },
	{ name: 'a --config after --', argv: ['--', '--config', '/c'], env: '/e', expected: '/e' },
];
for (const { name, argv, env, expected } of paths) {
	test(`the configuration's path with ${name} is ${expected}`, () => {
		assert.equal(configPath(argv, { HOSTMONITOR_CONFIG: env }), expected);
	});
}

for (const argv of [['--config'], ['--config='], ['--config', '--json']]) {
	test(`${argv.join(' ')} is a usage error`, () => {
		assert.throws(() => configPath(argv, {}), UsageError);
	});
}

test('durations have a whole number and a unit', () => {
	const cases = { '15s': 15_000, '2m': 120_000, '1h': 3_600_000, '500ms': 500, '0s': 0 };
	for (const [text, expected] of Object.entries(cases)) assert.equal(parseDuration(text), expected);
	for (const text of ['', '15', 's', '1.5s', '-1s', '15 s', '15S', '1d', '1m30s', '1e3s']) {
		assert.equal(parseDuration(text), undefined, text);
	}
});
