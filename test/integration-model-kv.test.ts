/** The model's KV and a real agent are given the same operations, and must say the same. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { openConsul } from '../handlers/lib/io/consul.ts';
import { openKv } from '../handlers/lib/io/consul-kv.ts';
import type { Kv, KvOperation } from '../handlers/lib/io/kv.ts';
import { type Cloud, startCloud } from '../scripts/lib/cloud.ts';
import { eventually } from '../scripts/lib/eventually.ts';
import { createExpiringKv } from './fixtures/model-expiry.ts';
import { type AtOnce, createModelKv } from './fixtures/model-kv.ts';
import { createTime } from './fixtures/model-time.ts';

let cloud: Cloud;
before(async () => {
	cloud = await startCloud({
		networks: ['management'],
		controllers: 1,
		computes: 0,
		gossip: 'fast',
	});
});
after(() => cloud.close());

const openReal = (prefix: string): Kv => {
	const httpAddr = cloud.controllers[0]?.agent('management').http ?? '';
	return openKv(openConsul({ httpAddr, tls: {} }, new AbortController().signal), prefix);
};

const key = fc.constantFrom('lock', 'hosts/a');
const which = fc.constantFrom('current', 'stale', 'none');
const session = fc.nat(1);
const operation = fc.oneof(
	fc.record({ do: fc.constant('cas'), key, which }),
	fc.record({ do: fc.constant('delete-cas'), key, which }),
	fc.record({ do: fc.constant('acquire'), key, session }),
	fc.record({ do: fc.constant('release'), key, session }),
	fc.record({ do: fc.constant('create'), session, behavior: fc.constantFrom('delete', 'release') }),
	fc.record({ do: fc.constant('destroy'), session }),
	fc.record({ do: fc.constant('renew'), session }),
	fc.record({
		do: fc.constant('transact'),
		parts: fc.array(
			fc.oneof(
				fc.record({ verb: fc.constantFrom('cas', 'delete-cas', 'check-index'), key, which }),
				fc.record({ verb: fc.constant('check-not-exists'), key }),
				fc.record({ verb: fc.constant('check-session'), key, session }),
			),
			{ minLength: 1, maxLength: 4 },
		),
	}),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
type Part = Extract<Operation, { parts: unknown }>['parts'][number];

/** Either side behind one face; session numbers and indexes are translated to its own. */
function createSide(kv: Kv | AtOnce, value: () => string) {
	const sessions = new Map<number, string>();
	const idOf = (n: number) => sessions.get(n) ?? '00000000-0000-0000-0000-000000000000';
	const indexOf = async (k: string, kind: string) => {
		if (kind === 'none') return 0;
		const index = (await kv.read(k))?.ModifyIndex ?? 0;
		return kind === 'stale' ? Math.max(1, index - 1) : index;
	};
	const translate = async (part: Part): Promise<KvOperation> => {
		if ('session' in part) {
			return { verb: 'check-session', key: part.key, session: idOf(part.session) };
		}
		if (!('which' in part)) return { verb: 'check-not-exists', key: part.key };
		const index = await indexOf(part.key, part.which);
		const { verb, key: k } = part;
		if (verb === 'cas') return { verb, key: k, value: value(), index };
		return { verb: verb === 'delete-cas' ? verb : 'check-index', key: k, index };
	};
	const perform = async (op: Operation): Promise<unknown> => {
		if ('parts' in op) {
			const operations: KvOperation[] = [];
			for (const part of op.parts) operations.push(await translate(part));
			return (await kv.transact(operations)).ok;
		}
		if ('behavior' in op) {
			const behavior = op.behavior === 'delete' ? 'delete' : 'release';
			const terms = { name: 'model', ttlSeconds: 60, behavior } as const;
			sessions.set(op.session, await kv.createSession(terms));
			return 'created';
		}
		if ('which' in op) {
			const index = await indexOf(op.key, op.which);
			return op.do === 'cas' ? kv.putCas(op.key, value(), index) : kv.deleteCas(op.key, index);
		}
		const id = idOf(op.session);
		if (!('key' in op)) return op.do === 'renew' ? kv.renewSession(id) : kv.destroySession(id);
		return op.do === 'acquire' ? kv.acquire(op.key, value(), id) : kv.release(op.key, id);
	};
	return {
		do: async (op: Operation) => {
			try {
				return await perform(op);
			} catch {
				return 'refused';
			}
		},
		state: async () => {
			const { entries } = await kv.readAll();
			const heldBy = (id: string | undefined) => [...sessions].find(([, s]) => s === id)?.[0];
			return entries
				.map(({ Key, Value, Session }) => `${Key}=${Value ?? ''} ${heldBy(Session) ?? 'free'}`)
				.sort();
		},
	};
}

test('the model of KV says what a real agent says, whatever it is asked', async () => {
	let run = 0;
	const property = fc.asyncProperty(
		fc.array(operation, { minLength: 5, maxLength: 40 }),
		async (all) => {
			let written = 0;
			const model = createSide(
				createModelKv(() => {}),
				() => `v${written}`,
			);
			const real = createSide(openReal(`model-${run++}`), () => `v${written}`);
			for (const op of all) {
				written++;
				assert.deepEqual(await model.do(op), await real.do(op), JSON.stringify(op));
				assert.deepEqual(await model.state(), await real.state(), JSON.stringify(op));
			}
		},
	);
	await fc.assert(property, { numRuns: 60 });
});

const ttlSeconds = 10;

/** What becomes of what sessions hold that nobody renews, beside one that is renewed; `pass` lets time go on. */
async function expire(kv: Kv | AtOnce, seconds: () => number, pass: () => Promise<void>) {
	const create = (behavior: 'delete' | 'release') =>
		kv.createSession({ name: 'x', ttlSeconds, behavior });
	const begin = seconds();
	const held = [
		{ key: 'lock', id: await create('delete') },
		{ key: 'hosts/a', id: await create('release') },
	];
	const kept = { key: 'hosts/b', id: await create('delete') };
	for (const { key, id } of [...held, kept]) assert.equal(await kv.acquire(key, 'v', id), true);
	const holder = async (key: string) => (await kv.read(key))?.Session;
	const ended: number[] = [];
	for (const { key, id } of held) {
		while ((await holder(key)) === id) {
			assert.equal(await kv.renewSession(kept.id), true);
			await pass();
		}
		ended.push(seconds() - begin);
	}
	const stateOf = async (key: string) => {
		const entry = await kv.read(key);
		return entry && [entry.Value, entry.Session === kept.id];
	};
	const refusal = (id: string) =>
		Promise.resolve()
			.then(() => kv.acquire('lock', 'w', id))
			.catch(() => 'refused');
	const said = {
		state: [await stateOf('lock'), await stateOf('hosts/a'), await stateOf('hosts/b')],
		renewed: await Promise.all([...held, kept].map(({ id }) => kv.renewSession(id))),
		acquired: await Promise.all(held.map(({ id }) => refusal(id))),
		// No lock-delay: whoever is alive may have it at once.
		free: [await kv.acquire('lock', 'w', kept.id), await kv.acquire('hosts/a', 'w', kept.id)],
	};
	return { said, ended };
}

test('sessions end in the model as they do on a real agent: after their TTL, with what they hold', async () => {
	const time = createTime(1);
	const model = await expire(
		createExpiringKv(time, () => 0),
		time.now,
		() => time.run(time.now() + 0.5),
	);
	const real = await expire(
		openReal('expiry'),
		() => performance.now() / 1000,
		() => sleep(500),
	);
	assert.deepEqual(model.said, real.said);
	assert.deepEqual(real.said.renewed, [false, false, true]);
	for (const seconds of [...model.ended, ...real.ended]) assert.ok(seconds >= ttlSeconds);
	for (const seconds of model.ended) assert.ok(seconds <= 2 * ttlSeconds + 0.5);
});

/** What a snapshot holds comes back as it was; what is written later is newer than all before it. */
async function checkRestored(kv: Kv | AtOnce, save: () => Promise<() => Promise<void>>) {
	const indexOf = async (k: string) => (await kv.read(k))?.ModifyIndex ?? 0;
	const id = await kv.createSession({ name: 'x', ttlSeconds: 60, behavior: 'delete' });
	assert.equal(await kv.acquire('lock', 'held', id), true);
	assert.equal(await kv.putCas('hosts/a', 'old', 0), true);
	const index = await indexOf('hosts/a');
	const restore = await save();
	await kv.destroySession(id);
	assert.equal(await kv.putCas('hosts/a', 'new', index), true);
	assert.equal(await kv.putCas('hosts/b', 'later', 0), true);
	const newest = await indexOf('hosts/b');
	await restore();
	await eventually(async () => (await kv.read('hosts/b')) === null);
	assert.equal((await kv.read('lock'))?.Session, id);
	assert.equal(await kv.renewSession(id), true);
	assert.equal(await indexOf('hosts/a'), index);
	assert.equal(await kv.putCas('hosts/a', 'newest', index), true);
	assert.ok((await indexOf('hosts/a')) > newest);
}

test('the model restores a snapshot as a real agent does: keys, indexes and held locks', async () => {
	const model = createModelKv(() => {});
	await checkRestored(model, async () => {
		const restore = model.save();
		return async () => restore();
	});
	const url = `${cloud.controllers[0]?.agent('management').http}/v1/snapshot`;
	await checkRestored(openReal('restored'), async () => {
		const body = await (await fetch(url)).arrayBuffer();
		return async () => assert.ok((await fetch(url, { method: 'PUT', body })).ok);
	});
});
