const origin = /^https?:\/\/[^\s/?#@\\]+\/?$/i;
const withPath = /^https?:\/\/[^\s/?#@\\]+(\/[^\s?#\\]*)?$/i;

/** What an agent's address must be, in its error; a password in it is not repeated there. */
export const expectedOrigin =
	'an http:// or https:// address such as http://127.0.0.1:8500, without user, path or query';

/** What an API's address must be, in its error. */
export const expectedEndpoint =
	'an http:// or https:// address such as http://masakari:15868/v1, without user or query';

/** An agent's address, without a slash at the end; undefined where it is none. */
export function parseOrigin(text: string): string | undefined {
	return origin.test(text) && URL.canParse(text) ? new URL(text).origin : undefined;
}

/** An API's address, without a slash at the end; undefined where it is none. */
export function parseEndpoint(text: string): string | undefined {
	if (!withPath.test(text) || !URL.canParse(text)) return undefined;
	const url = new URL(text);
	return url.origin + url.pathname.replace(/\/+$/, '');
}
