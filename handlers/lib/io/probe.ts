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

const tickMs = 100;

/**
 * What a TCP connect to a serf port comes to that says nothing for a whole tick, and ends its side. memberlist then
 * ends the other: it neither speaks nor ends first. Whoever does, or resets, may be anything that answers for a
 * dead host. Counted in ticks: a process that was stopped has not waited.
 */
export function knock(
	{ address, port }: SerfAddress,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<Knock> {
	return new Promise((resolve) => {
		let [left, quiet] = [timeoutMs / tickMs, 0];
		const socket = connect({ host: address, port, allowHalfOpen: true });
		const end = (knock: Knock) => {
			clearInterval(timer);
			signal.removeEventListener('abort', onAbort);
			socket.destroy();
			resolve(knock);
		};
		const onAbort = () => end('silent');
		const timer = setInterval(() => {
			if (--left <= 0) onAbort();
			else if (!socket.connecting && ++quiet === 2) socket.end();
		}, tickMs);
		if (signal.aborted) return onAbort();
		signal.addEventListener('abort', onAbort, { once: true });
		socket.once('data', onAbort);
		socket.once('end', () => end(socket.writableEnded ? 'answered' : 'silent'));
		socket.on('error', (error: NodeJS.ErrnoException) => {
			end(error.code === 'ECONNREFUSED' ? 'refused' : 'silent');
		});
	});
}
