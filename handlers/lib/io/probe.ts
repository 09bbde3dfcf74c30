import { connect } from 'node:net';

/** Where an agent gossips. */
export interface SerfAddress {
	readonly address: string;
	readonly port: number;
}

/**
 * `refused`: a living kernel with a dead agent. `answered`: a living agent, whatever gossip says of it, which hears
 * of a link that is back up to half a minute late and more. `silent` proves nothing: a hung host's kernel accepts.
 */
export type Knock = 'refused' | 'answered' | 'silent';

/**
 * What a TCP connect to a serf port comes to that says nothing and ends its side. memberlist then ends the other;
 * who resets it instead may be anything between the two.
 */
export function knock(
	{ address, port }: SerfAddress,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<Knock> {
	return new Promise((resolve) => {
		const socket = connect({ host: address, port, allowHalfOpen: true });
		const end = (knock: Knock) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', onAbort);
			socket.destroy();
			resolve(knock);
		};
		const onAbort = () => end('silent');
		const timer = setTimeout(onAbort, timeoutMs);
		signal.addEventListener('abort', onAbort, { once: true });
		socket.once('connect', () => socket.end());
		socket.once('end', () => end('answered')).resume();
		socket.on('error', (error: NodeJS.ErrnoException) => {
			end(error.code === 'ECONNREFUSED' ? 'refused' : 'silent');
		});
	});
}
