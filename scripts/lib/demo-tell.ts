import { systemClock } from '../../handlers/lib/io/clock.ts';

/** What machines are told besides when and what. */
export type Fields = Readonly<Record<string, unknown>>;

/** Tells one thing that happened: for machines by its name, for people in a line; `at` is an uptime. */
export type Tell = (event: string, text: string, fields?: Fields, at?: number) => void;

/** What follows from one act: every line has the host's name and the time since the act. */
export interface Lane {
	readonly host: string;
	/** The act's uptime. */
	readonly began: number;
	readonly tell: Tell;
}

/** Tells the demo as it goes, in lines for people or as one JSON object a line. */
export interface Teller {
	/** For people only. */
	heading(text: string): void;
	/** Lines without a time. */
	note(event: string, text: string, fields: Fields): void;
	readonly tell: Tell;
	/** Tells an act, and begins to count from it. */
	lane(host: string, act: string, text: string, fields?: Fields): Lane;
}

const tenths = (seconds: number) => Math.round(seconds * 10) / 10;
const column = (seconds: number, width: number, sign = '') =>
	`${sign}${seconds.toFixed(1)}`.padStart(width);

/** The first time told is zero; all clocks are this machine's uptime, as in the controllers' views. */
export function openTeller(json: boolean): Teller {
	const begin = systemClock.uptime();
	const sayJson = (event: string, at: number, fields: Fields) =>
		console.log(JSON.stringify({ at: tenths(at - begin), event, ...fields }));
	const sayText = (at: number, host: string, since: string, text: string) => {
		const [first, ...more] = text.split('\n');
		const left = `${column(at - begin, 6)}  ${host.padEnd(10)} ${since.padStart(6)}  `;
		const lines = [left + first, ...more.map((line) => ' '.repeat(left.length) + line)];
		console.log(lines.map((line) => line.trimEnd()).join('\n'));
	};
	return {
		heading: (text) => {
			if (!json) console.log(`\n${text}`);
		},
		note: (event, text, fields) => {
			if (json) sayJson(event, systemClock.uptime(), fields);
			else console.log(text);
		},
		tell: (event, text, fields = {}, at = systemClock.uptime()) => {
			if (json) sayJson(event, at, fields);
			else sayText(at, '', '', text);
		},
		lane: (host, act, text, fields = {}) => {
			const began = systemClock.uptime();
			if (json) sayJson(act, began, { host, ...fields });
			else sayText(began, host, '', text);
			return {
				host,
				began,
				tell: (event, line, facts = {}, at = systemClock.uptime()) => {
					const since = { [`since_${act}`]: tenths(at - began) };
					if (json) sayJson(event, at, { host, ...since, ...facts });
					else sayText(at, host, column(at - began, 0, '+'), line);
				},
			};
		},
	};
}
