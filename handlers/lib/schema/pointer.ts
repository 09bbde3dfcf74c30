/** What lies at a JSON pointer; undefined where nothing does. */
export function valueAt(root: unknown, pointer: string): unknown {
	let value = root;
	for (const segment of segmentsOf(pointer)) {
		if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) {
			return undefined;
		}
		value = (value as Readonly<Record<string, unknown>>)[segment];
	}
	return value;
}

/** The keys and indexes of a JSON pointer. */
export function segmentsOf(pointer: string): string[] {
	const segments = pointer.split('/').slice(1);
	return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The JSON pointer of these keys and indexes. */
export function pointerTo(...segments: readonly (string | number)[]): string {
	const escaped = segments.map((s) => String(s).replaceAll('~', '~0').replaceAll('/', '~1'));
	return escaped.map((segment) => `/${segment}`).join('');
}
