import { connect } from 'node:net';

/** Where an agent gossips. */
export interface SerfAddress {
	readonly address: string;
	readonly port: number;
}

/** `refused`: a living kernel with a dead agent. `accepted` proves nothing by itself: a hung host's kernel accepts. */
export type Knock = 'refused' | 'accepted' | 'silent';

/** What a TCP connect to a serf port comes to. */
export function knock(
	{ address, port }: SerfAddress,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<Knock> {
	return new Promise((resolve) => {
		const socket = connect({ host: address, port });
		const end = (knock: Knock) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', onAbort);
			socket.destroy();
			resolve(knock);
		};
		const onAbort = () => end('silent');
		const timer = setTimeout(onAbort, timeoutMs);
		signal.addEventListener('abort', onAbort, { once: true });
		socket.once('connect', () => end('accepted'));
		socket.on('error', (error: NodeJS.ErrnoException) => {
			end(error.code === 'ECONNREFUSED' ? 'refused' : 'silent');
		});
	});
}
