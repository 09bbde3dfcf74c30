import type { Reads } from './decide/health.ts';
import type { Settings } from './decide/settings.ts';
import type { Stored } from './decide/stored.ts';
import type { Clock } from './io/clock.ts';
import type { Fence } from './io/fence.ts';
import type { Kv } from './io/kv.ts';
import type { Masakari } from './io/masakari.ts';
import type { Knock, SerfAddress } from './io/probe.ts';
import type { Log } from './log.ts';

/** Everything a run touches; the model in the tests puts its own in place. */
export interface Surroundings {
	readonly settings: Settings;
	readonly digest: string;
	/** This controller: the hub agent's node name, lower-cased. */
	readonly self: string;
	readonly bootId: string;
	readonly clock: Clock;
	readonly kv: Kv;
	/** The same KV for what must be recorded though the run is being ended. */
	readonly lastWords: Kv;
	readonly masakari: Masakari;
	/** All networks, or only those named; one that could not be read `before` is given less time. */
	readonly readNetworks: (
		stored: Stored,
		only?: readonly string[],
		before?: Reads,
	) => Promise<Reads>;
	readonly knock: (serf: SerfAddress) => Promise<Knock>;
	/** Seconds since boot after which no POST may begin, so that no deadline of ours cuts one. */
	readonly lastPost: number;
	readonly fence: Fence;
	/** Seconds since boot by which every fence agent has ended. */
	readonly fenceUntil: number;
	readonly log: Log;
}
