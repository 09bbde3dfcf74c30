import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { execa } from 'execa';
import { consulBinary } from '../scripts/lib/consul-binary.ts';

const consulD = resolve(import.meta.dirname, '../consul.d');
/** What an operator gives by flags and in a file of the host's own. */
const own = resolve(import.meta.dirname, 'fixtures/data-dir.json');
const roles = {
	controllers: ['server.json', 'hostmonitor.json'],
	'compute hosts': ['client.json'],
};

for (const network of ['management', 'tenant', 'storage']) {
	for (const [role, files] of Object.entries(roles)) {
		test(`Consul finds the files of ${network} on ${role} valid`, async () => {
			const paths = files.map((file) => join(consulD, network, file));
			const ran = await execa(consulBinary(), ['validate', own, ...paths], { reject: false });
			assert.match(ran.stdout, /^Configuration is valid!$/m, ran.stderr);
			assert.equal(ran.exitCode, 0);
		});
	}
}
