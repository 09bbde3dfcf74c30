/** Which of a service's addresses. */
export type Interface = 'public' | 'internal' | 'admin';

/** Keystone's catalog, as far as it concerns addresses. */
export interface CatalogService {
	readonly type: string;
	readonly endpoints: readonly {
		readonly interface: string;
		readonly region?: string | null;
		readonly url: string;
	}[];
}

/** Where in the catalog to look. */
export interface Wanted {
	readonly region?: string;
	readonly interface: Interface;
}

export type Endpoint =
	| { readonly ok: true; readonly url: string }
	| { readonly ok: false; readonly error: string };

/** The official type and its only alias (os-service-types). */
const types = ['instance-ha', 'ha'];

/** Masakari's address in the catalog, or what there is instead of it. */
export function decideEndpoint(catalog: readonly CatalogService[], wanted: Wanted): Endpoint {
	const services = types.flatMap((type) => catalog.filter((service) => service.type === type));
	if (services.length === 0) {
		const found = listed(catalog.map(({ type }) => type));
		return { ok: false, error: `the catalog has no service of type instance-ha, only: ${found}` };
	}
	const all = services.flatMap(({ endpoints }) => endpoints);
	const matching = all.filter(
		(endpoint) =>
			endpoint.interface === wanted.interface &&
			(wanted.region === undefined || endpoint.region === wanted.region),
	);
	const regions = new Set(matching.map(({ region }) => region));
	if (regions.size > 1) {
		const found = listed([...regions].map(String));
		return { ok: false, error: `instance-ha is in several regions, say which: ${found}` };
	}
	const [first] = matching;
	if (first !== undefined) return { ok: true, url: first.url };
	const where = wanted.region === undefined ? '' : ` in region ${wanted.region}`;
	const found = listed(all.map((e) => `${e.interface} in ${e.region ?? 'no region'}`));
	const error = `instance-ha has no ${wanted.interface} endpoint${where}, only: ${found}`;
	return { ok: false, error };
}

/** An address with a version in it; Masakari's has only one. */
export function withVersion(url: string): string {
	return /\/v\d+(\.\d+)?(\/|$)/.test(url) ? url : `${url}/v1`;
}

/** Each once, sorted, and not too many. */
function listed(words: readonly string[]): string {
	const unique = [...new Set(words)].sort();
	const shown = unique.slice(0, 12).join(', ');
	return unique.length > 12 ? `${shown}, and ${unique.length - 12} more` : shown || 'nothing';
}
