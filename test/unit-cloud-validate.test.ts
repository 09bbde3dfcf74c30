import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { validate } from '../scripts/lib/command-validate.ts';
import { complaints, directory, env, put, secret } from './fixtures/clouds.ts';
import { inDirectory, minimal } from './fixtures/config.ts';

const auth = `auth_url: "https://ks:5000", username: monitor, password: ${secret}, project_id: p, domain_id: d`;

/** `hostmonitor validate` of the smallest configuration with these keys of its cloud. */
async function validated(keys: string, mode = 0o640): Promise<string> {
	const file = inDirectory('cloudy.yaml');
	writeFileSync(file, `${minimal}cache_dir: ${directory}\n`);
	put('clouds.yaml', `clouds:\n  monitor:\n    auth: { ${keys} }\n    verify: false\n`, mode);
	put('secure.yaml', 'clouds: {}\n');
	const { signal } = new AbortController();
	const { text } = await validate.run({ argv: ['--config', file], env, signal, log: () => {} });
	assert.ok(!text.includes(secret), `I7: ${text}`);
	return text.replace(/ +/g, ' ');
}

test('validate shows the cloud and where it was found, and warns of all that weakens it (I7)', async () => {
	const text = await validated(auth, 0o644);
	const clouds = join(directory, 'clouds.yaml');
	for (const line of [
		`\n masakari cloud monitor in ${clouds}\n`,
		'\n keystone https://ks:5000/v3, by password\n',
		'\n endpoint of the catalog, public\n',
		`\n cache_dir ${directory}\n`,
		`\n ${clouds}: has mode 0644, expected 0640: it holds a password that anybody can read\n`,
	]) {
		assert.ok(text.includes(line), text);
	}
	assert.match(text, /\n cloud monitor: verify is false: .* are not checked$/);
});

test('validate refuses a cloud that cannot be used, with file and line (I7, I8)', async () => {
	const failed = await validated('username: x').then(
		() => assert.fail('it was accepted'),
		(error: unknown) => error,
	);
	const lines = complaints(() => {
		throw failed;
	});
	assert.match(lines[0] ?? '', /^clouds\.yaml:3:5: clouds\.monitor: auth_url is missing/);
});
