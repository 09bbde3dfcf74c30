/** Rows in columns, each as wide as its widest cell, two spaces apart; the last one is not padded. */
export function tableText(rows: readonly (readonly string[])[], indent = '  '): string {
	const widths: number[] = [];
	for (const row of rows) {
		for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
	}
	return rows
		.map((row) => indent + row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '))
		.map((line) => line.trimEnd())
		.join('\n');
}

/** A heading with what belongs to it; nothing where nothing does. */
export function sectionText(heading: string, body: string): string[] {
	return body === '' ? [] : [`${heading}\n${body}`];
}
