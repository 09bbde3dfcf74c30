/** How to tell from outside that a service is there. */

import { connect } from 'node:net';

/** Something accepts connections. */
export function listens(host: string, port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ host, port });
		const end = (open: boolean) => () => {
			socket.destroy();
			resolve(open);
		};
		socket.once('connect', end(true));
		socket.once('error', end(false));
	});
}

/** Something answers HTTP, whatever it says but that it failed. */
export async function answers(url: string): Promise<boolean> {
	const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
	await response.arrayBuffer();
	return response.status < 500;
}
