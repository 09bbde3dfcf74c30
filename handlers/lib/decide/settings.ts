import type { Matrix } from './matrix.ts';

/** Whether a host must be proven off before Masakari is told, and what that takes. */
export type FencingSettings =
	/** NORMAL is sent on the matrix' word, as the spec has it. */
	| { readonly mode: 'none' }
	| {
			/** `off`: we power it off, then verify; `verify`: it must be off already. */
			readonly mode: 'verify' | 'off';
			/** So many readings of `off` in a row are the proof. */
			readonly readings: number;
			/** A fence agent is given so long, then it is killed. */
			readonly timeoutMs: number;
			/** What becomes of a host that cannot be proven off: wait, or tell Masakari UNKNOWN. */
			readonly unproven: 'hold' | 'unknown';
	  };

/** The part of the configuration that decisions rest on; times in milliseconds. */
export interface Settings {
	/** Network names in the matrix' order. */
	readonly networks: readonly string[];
	readonly hub: string;
	/** How a network's nodes are called, `*` being the host's name; by network, where it is not `*`. */
	readonly nodeNames: Readonly<Record<string, string>>;
	readonly matrix: Matrix;
	readonly confirmMs: number;
	readonly mode: 'act' | 'observe';
	readonly hosts: {
		readonly include: readonly string[];
		readonly exclude: readonly string[];
		/** Whether hosts that run Consul servers are monitored. */
		readonly servers: boolean;
	};
	readonly storm: {
		readonly maxHosts: number;
		readonly maxFraction: number;
		readonly calmMs: number;
	};
	readonly agentProbe: boolean;
	readonly fencing: FencingSettings;
}
