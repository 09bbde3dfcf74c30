import { chmod, chown, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError } from '../../handlers/lib/errors.ts';

async function current(path: string): Promise<string | null> {
	try {
		return await readFile(path, 'utf8');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw error;
	}
}

/** Whole or not at all, also after a crash; mode and owner stay what they were. */
async function replace(path: string, content: string, existed: boolean): Promise<void> {
	// An agent that reloads meanwhile takes *.json and *.hcl only.
	const temporary = `${path}.${process.pid}.tmp`;
	try {
		const file = await open(temporary, 'wx');
		try {
			await file.writeFile(content);
			await file.sync();
		} finally {
			await file.close();
		}
		const { mode, uid, gid } = existed ? await stat(path) : { mode: 0o644, uid: -1, gid: -1 };
		if (existed) await chown(temporary, uid, gid);
		await chmod(temporary, mode & 0o777);
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true });
		throw error;
	}
}

/** Writes a file where its content differs, and its directory; whether it did. */
export async function writeIfChanged(path: string, content: string): Promise<boolean> {
	try {
		const before = await current(path);
		if (before === content) return false;
		await mkdir(dirname(path), { recursive: true });
		await replace(path, content, before !== null);
		return true;
	} catch (error) {
		const reason = error instanceof Error ? error.message.split(', ')[0] : String(error);
		throw new InputError(`${path} cannot be written: ${reason}`, { cause: error });
	}
}
