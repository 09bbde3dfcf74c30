#!/usr/bin/env tsx
/**
 * `npm run demo`: three real Consul clusters on loopback with the plugin set of `dist/`, and a Masakari
 * API. One host loses a network, one dies and comes back, one is shut down; exits 0 only if Masakari
 * heard exactly the right notifications. Leaves nothing behind, also on Ctrl-C.
 */
import { parseArgs } from 'node:util';
import { keep } from './lib/demo-keep.ts';
import { runDemo } from './lib/demo-main.ts';
import { setUp } from './lib/demo-setup.ts';
import { playStory } from './lib/demo-story.ts';
import { openTeller } from './lib/demo-tell.ts';

const usage = `usage: npm run demo -- [--json] [--keep]

  --json  one JSON object a line
  --keep  leaves the cloud running, and says how to look at it and how to break it`;

async function main(): Promise<number> {
	const boolean = { type: 'boolean' } as const;
	const { values } = parseArgs({ options: { json: boolean, keep: boolean, help: boolean } });
	if (values.help) {
		console.log(usage);
		return 0;
	}
	const demo = await setUp(openTeller(values.json ?? false));
	const code = (await playStory(demo)) ? 0 : 1;
	if (values.keep) await keep(demo, code);
	await demo.close();
	return code;
}

runDemo('demo', main);
