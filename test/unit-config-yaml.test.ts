import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { ConfigError } from '../handlers/lib/errors.ts';
import { loadConfig, parseYaml } from '../handlers/lib/io/config.ts';
import { directory, inDirectory, load, minimal, testInvalid } from './fixtures/config.ts';

testInvalid([
	{
		name: 'a key that is there twice',
		text: `${minimal}confirm: 15s\nconfirm: 20s\n`,
		expected: ['7:1: key "confirm" is there twice, expected once'],
	},
	{
		name: 'tabs',
		text: 'networks:\n\tstorage: {}\n',
		expected: ['2:1: Tabs are not allowed as indentation'],
	},
	{
		name: 'an anchor bomb',
		text: `a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n`,
		expected: [
			'2:8: alias *a: expected the value itself, aliases are not taken',
			'2:12: alias *a: expected the value itself, aliases are not taken',
			'3:5: alias *b: expected the value itself, aliases are not taken',
			'3:9: alias *b: expected the value itself, aliases are not taken',
		],
	},
	{
		name: 'two documents',
		text: `${minimal}---\n${minimal}`,
		expected: ['6:1: Source contains multiple documents; please use YAML.parseAllDocuments()'],
	},
	{
		name: "another language's tag",
		text: `${minimal}hub: !!python/object:os.system storage\n`,
		expected: ['6:6: Unresolved tag: tag:yaml.org,2002:python/object:os.system'],
	},
	{
		name: 'a key that is no text',
		text: `${minimal}? { a: b }\n: c\n`,
		expected: ['6:3: With stringKeys, all keys must be strings'],
	},
	{
		name: 'bytes that are no UTF-8',
		text: Uint8Array.of(0x61, 0xff),
		expected: [' cannot be read: The encoded data was not valid for encoding utf-8'],
	},
	{
		name: 'a file of more than a mebibyte',
		text: '#'.repeat(1024 * 1024 + 1),
		expected: [' cannot be read: it is larger than 1048576 bytes'],
	},
	{
		name: 'a matrix file that is not there',
		text: `${minimal}matrix_file: nowhere.yaml\n`,
		expected: [
			`6:14: matrix_file: ${inDirectory('nowhere.yaml')}: cannot be read: ENOENT: no such file or directory`,
		],
	},
]);

test('a huge file and a deep one end in few words (I8)', () => {
	const keys = Array.from({ length: 10_000 }, (_, i) => `key${i}: 1`).join('\n');
	const source = parseYaml('/x', keys);
	assert.equal(source.keysAt('').length, 10_000);
	for (const text of ['['.repeat(2000), '- '.repeat(2000), `a: &a ${'*a '.repeat(100)}`]) {
		assert.throws(
			() => parseYaml('/x', text),
			(error) => {
				assert.ok(error instanceof ConfigError, String(error));
				return error.message.length < 21 * 400;
			},
		);
	}
});

test('a configuration that is not there is an error that names it', async () => {
	await assert.rejects(loadConfig(inDirectory('absent.yaml')), {
		code: 'CONFIG',
		message: `${inDirectory('absent.yaml')}: cannot be read: ENOENT: no such file or directory`,
	});
	await assert.rejects(loadConfig(directory), {
		code: 'CONFIG',
		message: `${directory}: cannot be read: it is no file`,
	});
});

test("the matrix file's own errors name the matrix file", async () => {
	writeFileSync(inDirectory('bad-matrix.yaml'), 'sequence: [storage]\nmatrix: 1\n');
	await assert.rejects(load(`${minimal}matrix_file: bad-matrix.yaml\n`), {
		code: 'CONFIG',
		message: `${inDirectory('bad-matrix.yaml')}:2:9: matrix: is a number, expected a list of rows of health and action`,
	});
});
