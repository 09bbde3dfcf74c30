import type { Health, Vector } from './health.ts';

/** What a row of the matrix can say; an empty list in the file is `none`. */
export type Action = 'recovery' | 'none';

/** A validated matrix: every vector of up and down has exactly one action. */
export interface Matrix {
	/** Network names; a row's health is in this order. */
	readonly sequence: readonly string[];
	/** Action by health vector joined with `/`, e.g. `up/up/down`; 2^n entries. */
	readonly actions: Readonly<Record<string, Action>>;
}

/** What the matrix says of a host: `undecided` where an unknown network could turn the answer. */
export type Verdict = Action | 'undecided';

/** Anything but a plain up or down proves nothing to the matrix. */
function fillIns(health: Health): readonly string[] {
	return health === 'up' || health === 'down' ? [health] : ['up', 'down'];
}

/** Every vector of up and down that the known part of this one allows. */
function completions(sequence: readonly string[], vector: Vector): string[] {
	let rows = [''];
	for (const network of sequence) {
		const values = fillIns(vector[network] ?? 'unknown');
		rows = rows.flatMap((row) => values.map((v) => (row === '' ? v : `${row}/${v}`)));
	}
	return rows;
}

/** The matrix' word on a vector: an action only if every way to fill in the unknown says the same. */
export function decideVerdict(matrix: Matrix, vector: Vector): Verdict {
	const actions = new Set(
		completions(matrix.sequence, vector).map((row) => matrix.actions[row] ?? 'undecided'),
	);
	const [only] = actions;
	return actions.size === 1 && only !== undefined ? only : 'undecided';
}

/** The spec's table: recovery when the network `storage` is down, whatever the others say. */
export function specMatrix(sequence: readonly string[]): Matrix {
	const storage = sequence.indexOf('storage');
	const actions = completions(sequence, {}).map((row): [string, Action] => [
		row,
		row.split('/')[storage] === 'down' ? 'recovery' : 'none',
	]);
	return { sequence, actions: Object.fromEntries(actions) };
}
