/** The deepest that anything of Consul's, Masakari's or ours is nested is far below this. */
const deepest = 64;

/** What is said of text that `isTooDeep` refuses. */
export const tooDeep = `nested deeper than ${deepest} levels`;

/**
 * Whether JSON text opens more lists and objects within each other than anybody means to: parsing 5 MB of
 * `[` takes seconds and hundreds of megabytes, looking at it takes neither.
 */
export function isTooDeep(text: string): boolean {
	let depth = 0;
	let quoted = false;
	for (let i = 0; i < text.length; i++) {
		const char = text[i];
		if (quoted && char === '\\') i++;
		else if (char === '"') quoted = !quoted;
		else if (quoted) continue;
		else if (char === '[' || char === '{') depth++;
		else if (char === ']' || char === '}') depth--;
		if (depth > deepest) return true;
	}
	return false;
}
