/** Facts beside a log message; the same name means the same thing in every line. */
export type Fields = Readonly<Record<string, unknown>>;

/** `info` once per decision and per run, `warn` for what holds or fails, `error` with a non-zero exit. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: Fields) => void;

/** One JSON object per line on stderr, as Consul's agent passes it on. */
export const logToStderr: Log = (level, message, fields) => {
	process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`);
};
