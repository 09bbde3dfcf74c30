import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

// All of 127/8 is this machine's: a network is its second octet, a cloud its third, a host its last.
const LOCK_OCTET = 20;
const FIRST_NETWORK_OCTET = 21;
const LOCK_PORT = 8300;

/** Which third octet a cloud has for itself, and how to give it back. */
export interface CloudNumber {
	readonly number: number;
	release(): void;
}

/** An open socket holds the number: clouds of any process exclude each other, and none outlives one. */
export async function claimNumber(): Promise<CloudNumber> {
	for (let step = 0; step < 254; step += 1) {
		const number = ((process.pid + step) % 254) + 1;
		const lock = await listen(`127.${LOCK_OCTET}.${number}.1`);
		if (lock === undefined) continue;
		const unused = await listen(hostAddress(0, number, 1));
		if (unused !== undefined) {
			unused.close();
			return { number, release: () => lock.close() };
		}
		lock.close();
	}
	throw new Error('254 clouds are running already');
}

/** The address of a host on a network, both counted (hosts from 1). */
export function hostAddress(network: number, cloud: number, host: number): string {
	if (host < 1 || host > 254) throw new Error(`no address for host ${host}`);
	return `127.${FIRST_NETWORK_OCTET + network}.${cloud}.${host}`;
}

async function listen(host: string): Promise<Server | undefined> {
	const server = createServer().unref();
	try {
		server.listen({ host, port: LOCK_PORT, exclusive: true });
		await once(server, 'listening');
		return server;
	} catch {
		return undefined;
	}
}
