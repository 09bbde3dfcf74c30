import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The clocks a decision may rest on; tests and the model put their own in place. */
export interface Clock {
	/** Seconds since this machine booted; runs on while a process is stopped. */
	uptime(): number;
	/** Wall time, ms since the epoch: only for what operators, Masakari or others stamped. */
	now(): number;
	/** From 0 to 1, for jitter. */
	random(): number;
	/** Calls again and again until the returned function is called. */
	every(ms: number, action: () => void): () => void;
	sleep(ms: number): Promise<void>;
}

export const systemClock: Clock = {
	uptime: () => Number.parseFloat(readFileSync('/proc/uptime', 'latin1')),
	now: Date.now,
	random: Math.random,
	every: (ms, action) => {
		const timer = setInterval(action, ms);
		return () => clearInterval(timer);
	},
	sleep: (ms) => sleep(ms),
};

/** Names this boot: seconds since boot of two boots do not compare. */
export function readBootId(): string {
	return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}
