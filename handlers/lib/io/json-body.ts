import { isTooDeep, tooDeep } from '../schema/nesting.ts';

/** The JSON of an answer's text; the error never quotes it, as the parser's own words would. */
export function parseBody(text: string, type = 'no content type'): unknown {
	if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
		throw new Error(`the answer is not JSON but ${type.slice(0, 60)}`);
	}
	if (isTooDeep(text)) throw new Error(`the answer is ${tooDeep}`);
	try {
		return JSON.parse(text);
	} catch {
		throw new Error('the answer says it is JSON and is not');
	}
}
