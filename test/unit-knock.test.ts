/** What answers at a dead host's address is no proof that the host lives. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { knock } from '../handlers/lib/io/probe.ts';

const never = new AbortController().signal;

/** Where somebody does this with whoever connects. */
async function serve(t: TestContext, meet: (socket: Socket) => void) {
	const server = createServer({ allowHalfOpen: true }, (socket) => {
		socket.on('error', () => {});
		t.after(() => socket.destroy());
		meet(socket);
	});
	t.after(() => server.close());
	await once(server.listen(0, '127.0.0.1'), 'listening');
	const address = server.address();
	assert.ok(address !== null && typeof address === 'object');
	return { address: '127.0.0.1', port: address.port };
}

/** As memberlist: waits for a first byte, and ends where there is none. */
const wait = (socket: Socket) => void socket.on('end', () => socket.end()).resume();

test('who ends its side after ours, and says nothing, answers', async (t) => {
	assert.equal(await knock(await serve(t, wait), 1000, never), 'answered');
});

const others: readonly { name: string; meet: (socket: Socket) => void }[] = [
	{
		name: 'ends first, as a proxy without a backend',
		meet: (socket) => void socket.resume().end(),
	},
	{ name: 'speaks first, as another service', meet: (socket) => void socket.resume().write('220') },
	{ name: 'speaks and ends, as an HTTP proxy', meet: (socket) => void socket.resume().end('HTTP') },
	{
		name: 'speaks once we have ended',
		meet: (socket) => void socket.on('end', () => socket.end('400')).resume(),
	},
	{
		name: 'resets once we have ended',
		meet: (socket) => void socket.on('end', () => socket.resetAndDestroy()).resume(),
	},
	{ name: 'resets at once', meet: (socket) => void socket.resetAndDestroy() },
	{ name: 'takes it and hangs', meet: (socket) => void socket.resume() },
];
for (const { name, meet } of others) {
	test(`who ${name} proves nothing`, async (t) => {
		assert.equal(await knock(await serve(t, meet), 500, never), 'silent');
	});
}

test('who refuses has a living kernel', async () => {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	assert.ok(address !== null && typeof address === 'object');
	server.close();
	await once(server, 'close');
	assert.equal(await knock({ address: '127.0.0.1', port: address.port }, 1000, never), 'refused');
});

test('a run that ends, or has ended, waits for nobody', async (t) => {
	const at = await serve(t, () => {});
	assert.equal(await knock(at, 3_600_000, AbortSignal.abort()), 'silent');
	const ending = new AbortController();
	const knocked = knock(at, 3_600_000, ending.signal);
	ending.abort();
	assert.equal(await knocked, 'silent');
});
