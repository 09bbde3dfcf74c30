import { isAbsolute } from 'node:path';
import { hostOf } from '../decide/health.ts';
import { compile } from './compile.ts';
import { string } from './config-parts.ts';
import { sharedProblems } from './fencing-target.ts';
import { optionalOurs, ours, recordOf } from './parts.ts';
import { pointerTo, valueAt } from './pointer.ts';
import { type OperatorFile, type Problem, problemsError, toProblem } from './problems.ts';

/** How one host is fenced. */
export interface FenceAgent {
	/** Absolute path of the agent. */
	readonly agent: string;
	/** As the agent reads them on stdin. Secrets: they go nowhere else. */
	readonly options: Readonly<Record<string, string>>;
}

/** Fence agents by lower-cased host. */
export type FenceAgents = ReadonlyMap<string, FenceAgent>;

type Options = Readonly<Record<string, unknown>>;

interface HostKeys {
	readonly agent?: string;
	readonly options?: Options;
}

interface FencingFile {
	readonly defaults?: HostKeys;
	readonly hosts: Readonly<Record<string, HostKeys>>;
}

// Of any type here: what is wrong with an option is said without its key, which may be half a password.
const hostKeys = optionalOurs<HostKeys>({
	agent: {
		...string('the name of an agent in /usr/sbin, or an absolute path'),
		pattern: '^(/[^\\s]+|[A-Za-z0-9][A-Za-z0-9._-]*)$',
	},
	options: { type: 'object', description: 'options of the fence agent by name' },
});

const validateFencingFile = compile<FencingFile>(
	'fencing',
	ours<FencingFile>({ defaults: hostKeys, hosts: recordOf(hostKeys) }, ['defaults']),
	{ allErrors: true },
);

/** `action` is ours to say, and so is its old name. */
const oursToSay = ['action', 'option'];

/** An option's value on the agent's stdin; null where it would not arrive as it is written. */
function valueText(key: string, value: unknown): string | null {
	if (typeof value === 'boolean') return value ? '1' : '0';
	// YAML has read a password of digits as a number: `0123` is not what it was.
	if (Number.isSafeInteger(value) && !/pass/i.test(key)) return String(value);
	if (typeof value !== 'string') return null;
	// One line a value, and agents strip spaces and a pair of quotes around it.
	return /\p{Cc}|^\s|\s$|^".*"$/u.test(value) ? null : value;
}

function* optionProblems(source: OperatorFile, path: string): Generator<Problem> {
	const options = valueAt(source.value, path);
	if (typeof options !== 'object' || options === null) return;
	for (const [key, value] of Object.entries(options)) {
		if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(key)) {
			yield { path, key, message: 'expected the name of an option' };
		} else if (oursToSay.includes(key)) {
			yield { path, key, message: `${key} is said by hostmonitor` };
		} else if (valueText(key, value) === null) {
			const expected = 'expected quoted text on one line without spaces or quotes at its ends';
			yield { path, key, message: `an option's value: ${expected}, a whole number, true or false` };
		}
	}
}

function* fencingProblems(source: OperatorFile): Generator<Problem> {
	yield* optionProblems(source, '/defaults/options');
	const hasAgent = valueAt(source.value, '/defaults/agent') !== undefined;
	const seen = new Set<string>();
	for (const name of source.keysAt('/hosts')) {
		const path = pointerTo('hosts', name);
		yield* optionProblems(source, `${path}/options`);
		if (!hasAgent && valueAt(source.value, `${path}/agent`) === undefined) {
			yield { path, message: 'has no agent, and there is none in defaults' };
		}
		if (seen.has(hostOf(name))) {
			yield { path: '/hosts', key: name, message: 'is there twice but for its case' };
		}
		seen.add(hostOf(name));
	}
}

/** A key that is too much may be half a password, too: where it stands says enough. */
function withoutKey(problem: Problem): Problem {
	const message = problem.message.replace(/^unknown key .*, expected/, 'unknown key, expected');
	return { ...problem, message };
}

/** The fence agents in a file, or a ConfigError that shows no value of an option (I7). */
export function parseFencingFile(source: OperatorFile): FenceAgents {
	const shape = validateFencingFile(source.value);
	const rules = [...fencingProblems(source)];
	if (!shape.ok || rules.length > 0) {
		throw problemsError(
			source,
			[...(shape.ok ? [] : shape.errors.map(toProblem)), ...rules].map(withoutKey),
		);
	}
	const { defaults, hosts } = shape.value;
	const agents = new Map(
		Object.entries(hosts).map(([name, own]): [string, FenceAgent] => {
			const agent = own.agent ?? defaults?.agent ?? '';
			const options = Object.entries({ ...defaults?.options, ...own.options });
			return [
				hostOf(name),
				{
					agent: isAbsolute(agent) ? agent : `/usr/sbin/${agent}`,
					options: Object.fromEntries(options.map(([key, v]) => [key, valueText(key, v) ?? ''])),
				},
			];
		}),
	);
	const shared = [...sharedProblems(source, agents)];
	if (shared.length > 0) throw problemsError(source, shared);
	return agents;
}
