/**
 * What a sender wrote to a broken link and gave up: gone with its connection, or delivered when the link
 * is back, though the sender has ended long before. DESIGN.md point 6 rests on it.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import { eventually } from '../scripts/lib/eventually.ts';
import { makeNets, type Nets } from './fixtures/nets.ts';

const server = createServer();
let nets: Nets;
let endpoint: { readonly host: string; readonly port: number };
before(async () => {
	nets = await makeNets(['management'], 1);
	server.listen(0, nets.outside);
	await once(server, 'listening');
	const address = server.address();
	assert.ok(typeof address === 'object' && address !== null);
	endpoint = { host: nets.outside, port: address.port };
});
after(() => server.close());

/** Our client: connects, says so, POSTs when it is told to, is aborted, and ends at once. */
const ours = () => {
	const io = new URL('../handlers/lib/io/masakari.ts', import.meta.url);
	const url = `http://${endpoint.host}:${endpoint.port}/v1`;
	return `
		import { openMasakari } from '${io}';
		const stop = new AbortController();
		const address = { auth: 'none', endpoint: '${url}', tls: {} };
		const connection = await openMasakari(address, { signal: stop.signal }).connect();
		console.log('connected');
		process.stdin.once('data', async () => {
			const posted = connection.post({ notification: { hostname: 'n1' } });
			setTimeout(() => stop.abort(), 200);
			const { kind } = await posted;
			process.exit(kind === 'ambiguous' ? 0 : 1);
		});`;
};

/** The same with a plain socket that is destroyed, as any client that does not reset does it. */
const plain = () => `
	import { connect } from 'node:net';
	const socket = connect(${endpoint.port}, '${endpoint.host}', () => console.log('connected'));
	process.stdin.once('data', () => {
		socket.write('POST /v1/notifications HTTP/1.1\\r\\n\\r\\n');
		setTimeout(() => {
			socket.destroy();
			process.exit(0);
		}, 200);
	});`;

/**
 * For 3 s, while the sender's kernel looks for the server, what was written waits at the link itself, where no
 * reset reaches it: until the search is given up, or TCP has sent the same for the fifth time. (With its link,
 * a host loses all it knew of its neighbours.)
 */
async function untilGivenUp(): Promise<void> {
	const [enter = '', ...rest] = nets.enter(1);
	const ask = async (...command: readonly string[]) =>
		(await execa(enter, [...rest, ...command])).stdout;
	const isOver = async () =>
		/^$| FAILED\s*$/.test(await ask('ip', 'neigh', 'show', 'to', endpoint.host)) ||
		/timer:\(on,[^,]*,[5-9]\)/.test(await ask('ss', '-tnoH'));
	await eventually(isOver, { timeoutMs: 60_000, what: 'a kernel that has given up' });
}

/** Runs a client whose link is cut before it writes, and back when it has ended; gives the server's end. */
async function speakIntoTheVoid(script: string): Promise<{ socket: Socket; read: Buffer[] }> {
	const [enter = '', ...rest] = nets.enter(1);
	const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script];
	const child = spawn(enter, [...rest, ...node], { stdio: ['pipe', 'pipe', 'inherit'] });
	const exited = once(child, 'exit');
	const [[socket]] = await Promise.all([once(server, 'connection'), once(child.stdout, 'data')]);
	assert.ok(socket);
	const read: Buffer[] = [];
	socket.on('data', (chunk: Buffer) => read.push(chunk));
	await nets.cut(1);
	child.stdin.end('go');
	assert.deepEqual(await exited, [0, null]);
	await untilGivenUp();
	assert.deepEqual(read, [], 'nothing arrives on a broken link');
	await nets.mend(1);
	return { socket, read };
}

test('a POST that was aborted on a broken link is not delivered when the link is back (I2)', async () => {
	const { socket, read } = await speakIntoTheVoid(ours());
	const failed = once(socket, 'error');
	// Its kernel knows nothing of the connection any more: there is nothing left to be delivered.
	socket.write('is anybody there?');
	const [error] = await failed;
	assert.equal(error.code, 'ECONNRESET');
	assert.deepEqual(read, []);
});

test('without the reset it is: the sender has ended, and its kernel goes on', async () => {
	const { socket, read } = await speakIntoTheVoid(plain());
	if (read.length === 0) await once(socket, 'data');
	assert.match(String(Buffer.concat(read)), /^POST /);
	socket.destroy();
});
