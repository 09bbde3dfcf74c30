/** What can go wrong outside our own logic; `run.ts` maps each code to an exit code. */
export type ErrorCode =
	| 'INPUT'
	| 'CONFIG'
	| 'USAGE'
	| 'CONSUL'
	| 'MASAKARI'
	| 'PARTLY'
	| 'DEADLINE';

/** An error an operator can act on: the message names the file, line, key, host or address. */
export class HostmonitorError extends Error {
	readonly code: ErrorCode;

	constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = 'HostmonitorError';
		this.code = code;
	}
}

/** Input that is not as agreed: stdin, or a value in KV. */
export class InputError extends HostmonitorError {
	constructor(message: string, options?: ErrorOptions) {
		super('INPUT', message, options);
	}
}

/** A configuration file that cannot be used; one message may name several places. */
export class ConfigError extends HostmonitorError {
	constructor(message: string, options?: ErrorOptions) {
		super('CONFIG', message, options);
	}
}

/** A command line that cannot be understood. */
export class UsageError extends HostmonitorError {
	constructor(message: string, options?: ErrorOptions) {
		super('USAGE', message, options);
	}
}

/** Consul did not answer, or not as its API says. */
export class ConsulError extends HostmonitorError {
	constructor(message: string, options?: ErrorOptions) {
		super('CONSUL', message, options);
	}
}

/** A key that others wrote again and again while we did; the next run tries anew. */
export class ConflictError extends HostmonitorError {
	constructor(message: string, options?: ErrorOptions) {
		super('PARTLY', message, options);
	}
}

/** A value that Consul does not take: the one before it stays. */
export class SizeError extends HostmonitorError {
	constructor(message: string, options?: ErrorOptions) {
		super('PARTLY', message, options);
	}
}

/** Masakari or Keystone did not answer, or not as their API says. */
export class MasakariError extends HostmonitorError {
	constructor(message: string, options?: ErrorOptions) {
		super('MASAKARI', message, options);
	}
}

/** What an error says to a person, in one line. */
export function messageOf(error: unknown): string {
	const text = error instanceof Error ? error.message : String(error);
	return text.replace(/\s*\n\s*/g, '; ');
}
