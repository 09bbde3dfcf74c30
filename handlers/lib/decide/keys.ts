/**
 * A KV key segment for any node name: lower-cased, and everything but `a-z 0-9 _ -` and inner dots
 * written as `~hex~`, because Consul 1.22 refuses keys that look like path escapes.
 */
export function keyOf(name: string): string {
	return name
		.toLowerCase()
		.replace(/^\.|[^a-z0-9._-]/gu, (c) => `~${(c.codePointAt(0) ?? 0).toString(16)}~`);
}

/** The lower-cased name that `keyOf` wrote. */
export function nameOfKey(key: string): string {
	return key.replace(/~([0-9a-f]{1,6})~/g, (whole, hex: string) => {
		const code = Number.parseInt(hex, 16);
		return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
	});
}
