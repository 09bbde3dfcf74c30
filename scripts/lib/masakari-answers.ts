/** What Masakari answers: JSON where its own code speaks, a page where the layers before it do. */

import { STATUS_CODES } from 'node:http';

/** One HTTP answer. */
export interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

const FAULT_NAMES: Readonly<Record<number, string>> = {
	400: 'badRequest',
	401: 'unauthorized',
	403: 'forbidden',
	404: 'itemNotFound',
	409: 'conflictingRequest',
};

/** A JSON answer in the version that was asked for. */
export function jsonAnswer(status: number, value: unknown, version: string): Answer {
	const headers = { 'content-type': 'application/json', ...versionHeaders('masakari', version) };
	return { status, headers, body: JSON.stringify(value) };
}

/** What Masakari's code has not foreseen, with the name of Python's exception. */
export function unexpectedAnswer(exception: string, version?: string): Answer {
	const report = 'Please report this at https://bugs.launchpad.net/masakari/ and attach the';
	const reason = `Masakari API log if possible.\n<class '${exception}'>`;
	return faultAnswer(500, `Unexpected API Error. ${report} ${reason}`, version);
}

/** A refusal with its reason; without a version it speaks before one was understood. */
export function faultAnswer(status: number, message: string, version?: string): Answer {
	const name = FAULT_NAMES[status] ?? 'masakariFault';
	const versioned = version === undefined ? {} : versionHeaders('instance-ha', version);
	return {
		status,
		headers: { 'content-type': 'application/json; charset=UTF-8', ...versioned },
		body: JSON.stringify({ [name]: { code: status, message } }),
	};
}

/**
 * What the layers before Masakari's own code answer: unknown URLs, bodies too large, Keystone away. HTML,
 * unless `Accept` rules it out: JSON of another shape then, or, without any `Accept`, plain text.
 */
export function pageAnswer(status: number, message: string, accept = ''): Answer {
	const title = STATUS_CODES[status] ?? '';
	const code = `${status} ${title}`;
	const text = `${message}<br /><br />\n\n\n`;
	if (/text\/html|text\/\*|\*\/\*/.test(accept)) {
		const head = `<head>\n  <title>${code}</title>\n </head>`;
		const body = `<html>\n ${head}\n <body>\n  <h1>${code}</h1>\n  ${text}\n </body>\n</html>`;
		return { status, headers: { 'content-type': 'text/html; charset=UTF-8' }, body };
	}
	if (/application\/(json|\*)/.test(accept)) {
		const body = JSON.stringify({ message: text, code, title });
		return { status, headers: { 'content-type': 'application/json' }, body };
	}
	const headers = { 'content-type': 'text/plain; charset=UTF-8' };
	return { status, headers, body: `${code}\n\n${message}\n\n   ` };
}

function versionHeaders(service: string, version: string) {
	return { 'openstack-api-version': `${service} ${version}`, vary: 'OpenStack-API-Version' };
}

/** The microversion a request asks for, 1.0 if it asks for none, or the refusal it gets. */
export function readVersion(header: string | undefined): string | Answer {
	const asked = (header ?? '')
		.split(',')
		.map((part) => part.trim().split(/\s+/))
		.findLast(([service]) => service === 'instance-ha')?.[1];
	if (asked === undefined) return '1.0';
	if (asked === 'latest') return '1.2';
	if (!/^[1-9]\d*\.([1-9]\d*|0)$/.test(asked)) {
		const form = 'Must be of format MajorNum.MinorNum.';
		return faultAnswer(400, `API Version String ${asked} is of invalid format. ${form}`);
	}
	if (['1.0', '1.1', '1.2'].includes(asked)) return asked;
	const range = 'Minimum is 1.0 and maximum is 1.2.';
	return faultAnswer(406, `Version ${asked} is not supported by the API. ${range}`, asked);
}
