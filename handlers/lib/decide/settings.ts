import type { Matrix } from './matrix.ts';

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
	readonly fencing: { readonly mode: 'none' };
}
