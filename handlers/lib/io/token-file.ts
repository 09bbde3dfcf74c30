import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { Cloud } from '../schema/cloud.ts';
import { canonicalJson } from '../schema/digest.ts';
import { type KeptToken, validateKeptToken } from '../schema/keystone.ts';

/** A token between runs. It only saves time: whatever is wrong with it, there is none. */
export interface TokenFile {
	read(): KeptToken | null;
	/** Keeps it, as far as that can be done. */
	write(kept: KeptToken): void;
	/** Forgets this token, unless another one is there by now. */
	drop(token: string): void;
}

const { O_CREAT, O_NOFOLLOW, O_RDONLY, O_TRUNC, O_WRONLY } = fs.constants;
const maxBytes = 128 * 1024;

/** What keeps tokens from being kept in this directory, for an operator; null is nothing. */
export function cacheProblem(directory: string): string | null {
	try {
		const stat = fs.statSync(directory);
		const uid = process.getuid?.();
		if (!stat.isDirectory()) return 'is no directory';
		if ((stat.mode & 0o022) !== 0) return 'can be written to by others, expected mode 0700';
		if (uid !== 0 && stat.uid !== uid) return 'belongs to another user';
		fs.accessSync(directory, fs.constants.W_OK | fs.constants.X_OK);
		return null;
	} catch (error) {
		const [reason = ''] = messageOf(error).split(', ');
		if (reason.startsWith('ENOENT')) return 'is not there (a run makes it, if it may)';
		return `cannot be used: ${reason}`;
	}
}

/** One file for each way to be somebody somewhere; its name is a hash in which no secret is. */
export function tokenFileName({ secret: _, name: __, ...rest }: Cloud): string {
	const hash = createHash('sha256').update(canonicalJson(rest)).digest('hex');
	return `token-${hash.slice(0, 32)}.json`;
}

function readOwn(path: string): KeptToken | null {
	const file = fs.openSync(path, O_RDONLY | O_NOFOLLOW);
	try {
		const stat = fs.fstatSync(file);
		const own = stat.isFile() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
		if (!own || stat.size > maxBytes) return null;
		const kept = validateKeptToken(JSON.parse(fs.readFileSync(file, 'utf8')));
		return kept.ok ? kept.value : null;
	} finally {
		fs.closeSync(file);
	}
}

function replace(path: string, content: string): void {
	const temporary = `${path}.${process.pid}.tmp`;
	try {
		const file = fs.openSync(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
		try {
			fs.fchmodSync(file, 0o600); // one of a run that was killed may be there
			fs.writeFileSync(file, content);
		} finally {
			fs.closeSync(file);
		}
		fs.renameSync(temporary, path);
	} catch (error) {
		fs.rmSync(temporary, { force: true });
		throw error;
	}
}

/** What a failure costs is one more request to Keystone in the next run; `validate` names it. */
function attempt<T>(work: () => T): T | null {
	try {
		return work();
	} catch {
		return null;
	}
}

/** The file of this cloud's token in a directory, which is made where there is none. */
export function openTokenFile(directory: string, cloud: Cloud): TokenFile {
	const path = join(directory, tokenFileName(cloud));
	const read = () => attempt(() => readOwn(path));
	return {
		read,
		write: (kept) => {
			attempt(() => fs.mkdirSync(directory, { recursive: true, mode: 0o700 }));
			if (cacheProblem(directory) === null) attempt(() => replace(path, JSON.stringify(kept)));
		},
		drop: (token) => {
			if (read()?.token === token) attempt(() => fs.unlinkSync(path));
		},
	};
}

/** Keeps nothing: for whoever wants to know whether a token can be had now. */
export const noTokenFile: TokenFile = { read: () => null, write: () => {}, drop: () => {} };
