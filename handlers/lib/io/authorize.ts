import type { Cloud } from '../schema/cloud.ts';
import type { Config } from '../schema/config.ts';
import type { KeptToken } from '../schema/keystone.ts';
import { type Env, loadCloud } from './clouds.ts';
import { issueToken, type KeystoneLimits } from './keystone.ts';
import type { Authorize } from './masakari-lists.ts';
import { noTokenFile, openTokenFile, type TokenFile } from './token-file.ts';

/** A token is not used for the last minute of its life: clocks differ, and requests take time. */
const earlyMs = 60_000;
/** But where Keystone gives no new one, it is, until so short before its end. */
const lastMs = 5_000;

/** Shows Masakari a token of this cloud: one that is kept, or a new one. */
export function openAuthorize(cloud: Cloud, file: TokenFile, limits: KeystoneLimits): Authorize {
	const refused = new Set<string>();
	let held: KeptToken | null = null;
	let given: string | undefined;
	let announced = 0;
	let renewing: Promise<KeptToken> | null = null;

	const refuse = (token: string) => {
		refused.add(token);
		// Now, and not when the next one is asked for: that may be in another process.
		file.drop(token);
	};
	const lives = (kept: KeptToken | null, slackMs: number): kept is KeptToken =>
		kept !== null && !refused.has(kept.token) && kept.expires_at - slackMs > limits.now();

	async function renew(): Promise<KeptToken> {
		// Another process may have renewed it meanwhile.
		const kept = file.read();
		if (lives(kept, earlyMs)) return kept;
		try {
			const issued = await issueToken(cloud, limits);
			file.write(issued);
			return issued;
		} catch (error) {
			const old = [held, kept].find((each) => lives(each, lastMs));
			if (old) return old;
			throw error;
		}
	}

	async function current(): Promise<KeptToken> {
		if (lives(held, earlyMs)) return held;
		renewing ??= renew().finally(() => {
			renewing = null;
		});
		held = await renewing;
		return held;
	}

	return async (wanted) => {
		// Whoever was refused has said so (`onRefused`); else it was the last one that was given.
		if (wanted && announced > 0) announced--;
		else if (wanted && given !== undefined) refuse(given);
		let kept = await current();
		// It was on its way when it was refused.
		if (refused.has(kept.token)) kept = await current();
		const { token, endpoint } = kept;
		given = token;
		return {
			endpoint,
			headers: { 'X-Auth-Token': token },
			tls: cloud.tls,
			onRefused: () => {
				announced++;
				refuse(token);
			},
		};
	};
}

/** How to authorise as configured; undefined where Masakari wants no token. */
export function authorizeBy(
	{ masakari, cacheDir }: Config,
	env: Env,
	limits: Pick<KeystoneLimits, 'signal'> & Partial<KeystoneLimits>,
	options: { readonly kept?: boolean } = {},
): Authorize | undefined {
	if (masakari.auth === 'none') return undefined;
	const whole = { timeoutMs: 10_000, connectTimeoutMs: 3_000, now: Date.now, ...limits };
	let authorize: Authorize | undefined;
	// Read when it is first needed: a clouds.yaml that cannot be used is a Masakari that cannot be asked.
	return async (renew) => {
		if (authorize === undefined) {
			const { cloud } = loadCloud(masakari.cloud, env);
			const file = options.kept === false ? noTokenFile : openTokenFile(cacheDir, cloud);
			authorize = openAuthorize(cloud, file, whole);
		}
		return await authorize(renew);
	};
}
