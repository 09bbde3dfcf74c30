import { type Env, loadCloud } from '../../handlers/lib/io/clouds.ts';
import { cacheProblem } from '../../handlers/lib/io/token-file.ts';
import type { Config } from '../../handlers/lib/schema/config.ts';

/** What the configuration says of Masakari, for people. */
export interface MasakariSettings {
	readonly rows: readonly (readonly [string, string])[];
	readonly warnings: readonly string[];
}

/** Also says whether the cloud can be used: a ConfigError names what is wrong with it, and no secret. */
export function masakariSettings({ masakari, cacheDir }: Config, env: Env): MasakariSettings {
	if (masakari.auth === 'none') return { rows: [['masakari', masakari.endpoint]], warnings: [] };
	const { cloud, files, warnings } = loadCloud(masakari.cloud, env);
	const place = [cloud.region, cloud.interface].filter((word) => word !== undefined).join(', ');
	const from = files.length > 0 ? ` in ${files.join(', ')}` : '';
	const problem = cacheProblem(cacheDir);
	const slow = 'until that is mended every run asks Keystone for a token';
	return {
		rows: [
			['masakari', `${cloud.name}${from}`],
			['keystone', `${cloud.authUrl}, by ${cloud.identity.method.replaceAll('_', ' ')}`],
			['endpoint', cloud.endpoint ?? `of the catalog, ${place}`],
			['cache_dir', cacheDir],
		],
		warnings: [
			...warnings,
			...(problem === null ? [] : [`cache_dir: ${cacheDir} ${problem}; ${slow}`]),
		],
	};
}
