/** Every unit and contract test in one process: one after the other costs each the start of a process and of tsx. */
import { readdirSync } from 'node:fs';

const files = readdirSync(import.meta.dirname).sort();
for (const file of files.filter((name) => /^(unit|contract)-.*\.test\.ts$/.test(name))) {
	await import(`./${file}`);
}
