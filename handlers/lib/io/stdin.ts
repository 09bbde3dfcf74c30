import { InputError } from '../errors.ts';
import { isTooDeep, tooDeep } from '../schema/nesting.ts';

/** A watch's answer is far below this: 10,000 nodes with all their checks are some 5 MB. */
const maxBytes = 16 * 1024 * 1024;

/**
 * Reads stdin to its end, or Consul logs a broken pipe; a terminal has nothing to say. What it holds
 * is only a hint, but anything else than JSON means that somebody else is calling.
 */
export async function drainStdin(stdin: NodeJS.ReadStream): Promise<unknown> {
	if (stdin.isTTY) return null;
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of stdin) {
		bytes += chunk.length;
		if (bytes <= maxBytes) chunks.push(Buffer.from(chunk));
	}
	if (bytes > maxBytes) throw new InputError(`stdin: more than ${maxBytes} bytes`);
	const text = Buffer.concat(chunks).toString('utf8');
	if (text.trim() === '') return null;
	if (isTooDeep(text)) throw new InputError(`stdin: ${tooDeep} (${bytes} bytes)`);
	try {
		return JSON.parse(text);
	} catch {
		throw new InputError(`stdin: not JSON (${bytes} bytes)`);
	}
}
