import { decideRight, type NotifyRight, rightProbe } from '../decide/masakari-right.ts';
import { messageOf } from '../errors.ts';
import { request } from './http.ts';
import { type Asking, type Authorize, apiVersion, faultOf, withToken } from './masakari-lists.ts';

/** Asks for a notification that is never made; never throws. */
export async function readRight(authorize: Authorize, options: Asking): Promise<NotifyRight> {
	try {
		const response = await withToken(authorize, (authorization) =>
			request({
				url: `${authorization.endpoint}/notifications`,
				method: 'POST',
				headers: {
					...{ Accept: 'application/json', 'Content-Type': 'application/json' },
					...{ 'User-Agent': 'hostmonitor-check', ...apiVersion, ...authorization.headers },
				},
				body: JSON.stringify(rightProbe(options.now())),
				tls: authorization.tls,
				...options,
			}),
		);
		const { status, statusText } = response;
		return decideRight({ status, statusText, json: faultOf(response) });
	} catch (error) {
		return { ok: false, error: messageOf(error) };
	}
}
