/** Names in one line. */
const namedAtOnce = 5;

/** One line without control characters, cut where it is too long. */
export function shorten(text: string, length: number): string {
	const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
	return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

/** The first of these names, and how many more there are. */
export function firstNames(names: readonly string[]): string {
	const more = names.length - namedAtOnce;
	return `${names.slice(0, namedAtOnce).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** A name as a shell takes it for one word: an operator copies the command it stands in. */
export function shellWord(name: string): string {
	return /^\w[\w.-]*$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
