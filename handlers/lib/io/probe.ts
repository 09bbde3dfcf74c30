import { connect } from 'node:net';

/** Where an agent gossips. */
export interface SerfAddress {
	readonly address: string;
	readonly port: number;
}

/**
 * Whether a TCP connect is refused: a living kernel with a dead agent. A timeout, an accepted
 * connection or any other error proves nothing.
 */
export function isRefused(
	{ address, port }: SerfAddress,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ host: address, port });
		const end = (refused: boolean) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', onAbort);
			socket.destroy();
			resolve(refused);
		};
		const onAbort = () => end(false);
		const timer = setTimeout(onAbort, timeoutMs);
		signal.addEventListener('abort', onAbort, { once: true });
		socket.once('connect', () => end(false));
		socket.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED'));
	});
}
