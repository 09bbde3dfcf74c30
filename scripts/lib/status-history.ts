import type { Stored } from '../../handlers/lib/decide/stored.ts';
import { tableText } from './table.ts';
import { timeText } from './times.ts';

/** Records shown, of incidents and of hosts that gates held until they came back. */
const historyLength = 10;

/** What ended last, the newest first. */
export function historyText({ history, held }: Pick<Stored, 'history' | 'held'>): string {
	const closed = Object.entries(history).map(([key, { value }]) => {
		const { closed_at, name, reason, uuid = 'not notified', masakari_status = '' } = value;
		return [key, timeText(closed_at), name, reason, uuid, masakari_status];
	});
	const spared = Object.entries(held).map(([key, { value }]) => {
		const { closed_at, name, reason, gates } = value;
		const by = gates.map(({ gate }) => gate).join(', ');
		return [key, timeText(closed_at), name, reason, `by ${by}`, ''];
	});
	const newest = [...closed, ...spared].sort(([a = ''], [b = '']) => (a < b ? 1 : -1));
	return tableText(newest.slice(0, historyLength).map(([, ...row]) => row));
}
