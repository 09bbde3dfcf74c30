import { messageOf } from './errors.ts';
import type { Surroundings } from './surroundings.ts';

/** A held lock: what its session is, and how to give it back. */
export interface Lock {
	readonly session: string;
	release(): Promise<void>;
}

const renewEveryMs = 3000;

/**
 * Takes the lock for this process, or null where somebody acts already. Renewed until released; one
 * that is lost meanwhile is noticed by the next transaction's `check-session`, not by us.
 */
export async function takeLock(around: Surroundings): Promise<Lock | null> {
	const { kv, lastWords, self, clock, log } = around;
	const session = await kv.createSession({
		name: `hostmonitor lock of ${self}`,
		ttlSeconds: 10,
		behavior: 'delete',
	});
	const value = JSON.stringify({ version: 1, controller: self, at: clock.now() });
	const acquired = await kv.acquire('lock', value, session).catch(async (error: unknown) => {
		await lastWords.destroySession(session).catch(() => {});
		throw error;
	});
	if (!acquired) {
		await lastWords.destroySession(session);
		return null;
	}
	const renew = () => {
		kv.renewSession(session).catch((error: unknown) => {
			log('warn', `the lock could not be renewed: ${messageOf(error)}`);
		});
	};
	const stopRenewing = clock.every(renewEveryMs, renew);
	return {
		session,
		release: async () => {
			stopRenewing();
			// Released first: destroying the session of a held lock would start its lock-delay.
			try {
				await lastWords.release('lock', session);
				await lastWords.destroySession(session);
			} catch (error) {
				log('warn', `the lock ends with its session's TTL: ${messageOf(error)}`);
			}
		},
	};
}
