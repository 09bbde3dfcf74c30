#!/usr/bin/env tsx
/**
 * `npm run demo:openstack`: the whole way on real OpenStack services. A VM runs on a host, the host dies,
 * and nothing else is touched; then another one, whose nova-compute lives, loses a network, and another.
 * Exits 0 only if Nova shows each VM where it must be, and Masakari was told exactly what it should.
 * Needs root on Debian 12. Leaves nothing behind, also on Ctrl-C.
 */
import { parseArgs } from 'node:util';
import { runDemo } from './lib/demo-main.ts';
import { openTeller } from './lib/demo-tell.ts';
import { setUpWholeWay } from './lib/whole-way-setup.ts';
import { playWholeWay } from './lib/whole-way-story.ts';

const usage = `usage: npm run demo:openstack -- [--json]

  --json  one JSON object a line`;

async function main(): Promise<number> {
	const boolean = { type: 'boolean' } as const;
	const { values } = parseArgs({ options: { json: boolean, help: boolean } });
	if (values.help) {
		console.log(usage);
		return 0;
	}
	const way = await setUpWholeWay(openTeller(values.json ?? false));
	const code = (await playWholeWay(way)) ? 0 : 1;
	await way.close();
	return code;
}

runDemo('demo:openstack', main);
