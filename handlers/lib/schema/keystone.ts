import { type CatalogService, withVersion } from '../decide/catalog.ts';
import { parseEndpoint } from './address.ts';
import { compile } from './compile.ts';
import { type Parse, parserOf } from './input.ts';
import { listOf, ours, theirs } from './parts.ts';

interface Issued {
	readonly token: {
		readonly expires_at: string;
		readonly issued_at?: string;
		/** Absent where it was not asked for, or the token has no project. */
		readonly catalog?: readonly CatalogService[];
	};
}

/** A token as it is kept between runs. */
export interface KeptToken {
	readonly version: 1;
	readonly token: string;
	/** When it must not be used any more, ms since the epoch, by this host's clock. */
	readonly expires_at: number;
	/** Masakari's address, with its version. */
	readonly endpoint: string;
}

const time = {
	type: 'string',
	pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|\\+00:00)$',
	description: 'a time such as 2024-01-31T09:30:00.000000Z',
};
const word = { type: 'string', maxLength: 4096 };
const service = theirs<CatalogService>({
	type: word,
	endpoints: listOf({
		type: 'object',
		required: ['interface', 'url'],
		properties: { interface: word, region: { ...word, nullable: true }, url: word },
	}),
});

/** What stands in an answer to `POST /v3/auth/tokens`; the token itself is in a header. */
export const parseIssued: Parse<Issued> = parserOf(
	compile<Issued>('keystone-token', {
		type: 'object',
		required: ['token'],
		properties: {
			token: {
				type: 'object',
				required: ['expires_at'],
				properties: { expires_at: time, issued_at: time, catalog: listOf(service) },
			},
		},
	}),
);

/** What can be sent in a header as it is. */
const header = '^[\\x21-\\x7e]{1,65536}$';

/** Whether a header holds something that a token can be. */
export const isToken = (value: string): boolean => new RegExp(header).test(value);

/** A file of ours with a token. */
export const validateKeptToken = compile<KeptToken>(
	'kept-token',
	ours<KeptToken>({
		version: { type: 'integer', const: 1 },
		token: { type: 'string', pattern: header, description: 'a token' },
		expires_at: { type: 'number', minimum: 0 },
		endpoint: { type: 'string', minLength: 1, maxLength: 4096 },
	}),
);

/** An address of the catalog's with its version, without a slash at the end; undefined where it is none. */
export function endpointOf(url: string): string | undefined {
	const plain = parseEndpoint(url);
	return plain === undefined ? undefined : withVersion(plain);
}
