#!/usr/bin/env tsx
/**
 * The operator's command: what the controllers see, and the words that hold or release them. Reads and
 * writes the hub's KV by way of this host's agents; `hostmonitor COMMAND --help` says what each does.
 */
import { runCommand } from '../handlers/lib/run.ts';
import { dispatch } from './lib/dispatch.ts';

/** Longer than the slowest answer of Masakari that `validate --online` waits for. */
const seconds = 40;

void runCommand('hostmonitor', seconds, dispatch);
