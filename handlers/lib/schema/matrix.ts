import { type Action, type Matrix, specMatrix } from '../decide/matrix.ts';
import { compile } from './compile.ts';
import { listOf, name, ours } from './parts.ts';
import { pointerTo } from './pointer.ts';
import { type OperatorFile, type Problem, problemsError, toProblem } from './problems.ts';
import { cut, quote } from './wording.ts';

/** A matrix file as masakari-monitors has it. */
interface MatrixFile {
	readonly sequence: readonly string[];
	readonly matrix: readonly {
		readonly health: readonly ('up' | 'down')[];
		readonly action: readonly 'recovery'[];
	}[];
}

const validate = compile<MatrixFile>(
	'matrix',
	ours<MatrixFile>({
		sequence: {
			...listOf(name),
			minItems: 1,
			maxItems: 8,
			description: "a list of the networks' names",
		},
		matrix: {
			...listOf(
				ours<MatrixFile['matrix'][number]>({
					health: {
						...listOf({ type: 'string', enum: ['up', 'down'] }),
						description: 'a list of up and down, one for each network of sequence',
					},
					action: {
						...listOf({ type: 'string', enum: ['recovery'] }),
						maxItems: 1,
						description: "[] or ['recovery']",
					},
				}),
			),
			maxItems: 1000,
			description: 'a list of rows of health and action',
		},
	}),
	{ allErrors: true },
);

/** The spec calls the management network `manage`. */
const aliases: Readonly<Record<string, string>> = { manage: 'management' };

function resolveAlias(word: string, networks: readonly string[]): string {
	const alias = Object.hasOwn(aliases, word) ? aliases[word] : undefined;
	return alias !== undefined && !networks.includes(word) ? alias : word;
}

function* sequenceProblems(
	sequence: readonly string[],
	networks: readonly string[],
): Generator<Problem> {
	for (const [index, network] of sequence.entries()) {
		const path = pointerTo('sequence', index);
		if (!networks.includes(network)) {
			const message = `${quote(network)} is no network, expected one of: ${networks.join(', ')}`;
			yield { path, message: cut(message, 300) };
		} else if (sequence.indexOf(network) < index) {
			yield { path, message: `${quote(network)} is listed twice, expected each network once` };
		}
	}
	const missing = networks.filter((network) => !sequence.includes(network));
	if (missing.length > 0) {
		const message = `has no ${missing.join(', ')}, expected every configured network once`;
		yield { path: '/sequence', message: cut(message, 300) };
	}
}

function* rowProblems(source: OperatorFile, file: MatrixFile): Generator<Problem> {
	const length = file.sequence.length;
	const seen = new Map<string, number>();
	for (const [index, { health }] of file.matrix.entries()) {
		const path = pointerTo('matrix', index, 'health');
		if (health.length !== length) {
			yield { path, message: `has ${health.length} states, expected ${length} as in sequence` };
			continue;
		}
		const vector = health.join('/');
		const first = seen.get(vector);
		if (first === undefined) {
			seen.set(vector, index);
		} else {
			const { line } = source.placeOf(pointerTo('matrix', first, 'health'));
			yield { path, message: `${vector} is listed twice, expected once: first on line ${line}` };
		}
	}
	const missing = Object.keys(specMatrix(file.sequence).actions).filter((v) => !seen.has(v));
	if (missing.length > 0) {
		const some = missing.slice(0, 8).join(', ') + (missing.length > 8 ? ' …' : '');
		const what = missing.length === 1 ? 'vector' : 'vectors';
		const message = `has no row for ${missing.length} ${what}, expected every one once: ${some}`;
		yield { path: '/matrix', message: cut(message, 300) };
	}
}

/** A masakari-monitors matrix for exactly these networks, every vector once; else a ConfigError. */
export function parseMatrix(source: OperatorFile, networks: readonly string[]): Matrix {
	const shape = validate(source.value);
	if (!shape.ok) throw problemsError(source, shape.errors.map(toProblem));
	const sequence = shape.value.sequence.map((word) => resolveAlias(word, networks));
	const problems = [
		...sequenceProblems(sequence, networks),
		...rowProblems(source, { ...shape.value, sequence }),
	];
	if (problems.length > 0) throw problemsError(source, problems);
	const rows = shape.value.matrix.map(({ health, action }): [string, Action] => [
		health.join('/'),
		action[0] ?? 'none',
	]);
	return { sequence, actions: Object.fromEntries(rows) };
}
