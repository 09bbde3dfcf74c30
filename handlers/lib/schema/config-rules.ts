import { expectedEndpoint, expectedOrigin, parseEndpoint, parseOrigin } from './address.ts';
import { bounds, expectedDuration, parseDuration, within } from './duration.ts';
import { pointerTo, valueAt } from './pointer.ts';
import type { OperatorFile, Problem } from './problems.ts';
import { cut, quote } from './wording.ts';

/** Text at a pointer; anything else there is the schema's business. */
function textAt(source: OperatorFile, path: string): string | undefined {
	const value = valueAt(source.value, path);
	return typeof value === 'string' ? value : undefined;
}

function* durations(source: OperatorFile): Generator<Problem> {
	const limits = [
		['/confirm', bounds.confirm],
		['/storm/calm', bounds.calm],
		['/fencing/timeout', bounds.fencing],
	] as const;
	for (const [path, limit] of limits) {
		const durationMs = parseDuration(textAt(source, path) ?? '');
		if (durationMs !== undefined && !within(durationMs, limit)) {
			yield { path, message: `expected ${expectedDuration(limit)}` };
		}
	}
}

/** KV keys are lower-cased, so names must differ by more than that. */
function* networkNames(source: OperatorFile, networks: readonly string[]): Generator<Problem> {
	for (const network of networks) {
		const first = networks.find((other) => other.toLowerCase() === network.toLowerCase());
		if (first === network || first === undefined) continue;
		const { line } = source.placeOf('/networks', first);
		const message = `${quote(network)} is ${quote(first)} of line ${line} but for its case`;
		yield { path: '/networks', key: network, message: `${message}, expected another name` };
	}
}

/** Two networks behind one agent would be one network that is believed twice. */
function* agents(source: OperatorFile, networks: readonly string[]): Generator<Problem> {
	const seen = new Map<string, string>();
	for (const network of networks) {
		const path = pointerTo('networks', network, 'http_addr');
		const text = textAt(source, path);
		if (text === undefined || text === '') continue;
		const address = parseOrigin(text);
		if (address === undefined) {
			yield { path, message: `expected ${expectedOrigin}` };
			continue;
		}
		const first = seen.get(address);
		if (first !== undefined) {
			yield { path, message: `is the agent of ${first}, expected one agent a network` };
		}
		seen.set(address, network);
	}
}

/** TLS files that nothing would use are a mistake, and half a client certificate is another. */
function* tlsFiles(source: OperatorFile, path: string, address: string): Generator<Problem> {
	const has = (key: string) => valueAt(source.value, `${path}/${key}`) !== undefined;
	const plain = /^http:/i.test(textAt(source, `${path}/${address}`) ?? '');
	for (const key of ['ca_file', 'cert_file', 'key_file']) {
		if (plain && has(key)) {
			yield { path, key, message: `${key} is for https, expected an https:// ${address}` };
		}
	}
	for (const [key, other] of [
		['cert_file', 'key_file'],
		['key_file', 'cert_file'],
	] as const) {
		if (has(key) && !has(other)) {
			yield { path, key, message: `has ${key} alone, expected ${other} with it` };
		}
	}
}

function* masakari(source: OperatorFile): Generator<Problem> {
	const path = '/masakari';
	const keys = source.keysAt(path);
	const [cloud, endpoint] = [keys.includes('cloud'), keys.includes('endpoint')];
	const expected = 'expected either { cloud: NAME } or { endpoint: URL, auth: none }';
	if (cloud) {
		for (const key of keys) {
			if (!['endpoint', 'auth', 'ca_file', 'cert_file', 'key_file'].includes(key)) continue;
			yield { path, key, message: `${key} does not go with cloud, ${expected}` };
		}
		return;
	}
	// Nothing at all is the cloud of OS_CLOUD, or of the OS_* variables.
	if (!endpoint && keys.length > 0) {
		yield { path, message: `has neither cloud nor endpoint, ${expected}` };
	}
	if (endpoint && !keys.includes('auth')) {
		yield { path, message: 'has an endpoint and no auth, expected auth: none to say so' };
	}
	const text = textAt(source, '/masakari/endpoint');
	if (text !== undefined && text !== '' && parseEndpoint(text) === undefined) {
		yield { path: '/masakari/endpoint', message: `expected ${expectedEndpoint}` };
	}
	yield* tlsFiles(source, path, 'endpoint');
}

/** What is wrong with a configuration beyond its shape; says nothing of what is not there. */
export function* configProblems(source: OperatorFile): Generator<Problem> {
	const networks = source.keysAt('/networks');
	yield* networkNames(source, networks);
	yield* agents(source, networks);
	for (const network of networks) {
		yield* tlsFiles(source, pointerTo('networks', network), 'http_addr');
	}
	const hub = textAt(source, '/hub');
	if (hub !== undefined && hub !== '' && networks.length > 0 && !networks.includes(hub)) {
		const message = `${quote(hub)} is no network, expected one of: ${networks.join(', ')}`;
		yield { path: '/hub', message: cut(message, 300) };
	}
	const hasMatrix = valueAt(source.value, '/matrix_file') !== undefined;
	if (networks.length > 0 && !networks.includes('storage') && !hasMatrix) {
		const message = 'has no network storage, on which the default matrix rests';
		yield { path: '/networks', message: `${message}: expected one, or a matrix_file` };
	}
	yield* durations(source);
	yield* masakari(source);
}
