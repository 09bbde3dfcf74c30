import { statSync } from 'node:fs';
import { ConfigError, messageOf } from '../errors.ts';
import { type FenceAgents, parseFencingFile } from '../schema/fencing-file.ts';
import { parseYaml, readText } from './config.ts';

/** The fence agents in this file; a ConfigError where anybody but its owner could read it. */
export function loadFencing(file: string): FenceAgents {
	let mode: number;
	try {
		({ mode } = statSync(file));
	} catch (cause) {
		const [reason = ''] = messageOf(cause).split(', ');
		throw new ConfigError(`${file}: cannot be read: ${reason}`, { cause });
	}
	const bits = mode & 0o777;
	if ((bits & 0o077) !== 0) {
		const octal = bits.toString(8).padStart(4, '0');
		throw new ConfigError(`${file}: has mode ${octal}, expected 0600: it holds passwords`);
	}
	return parseFencingFile(parseYaml(file, readText(file), true));
}
