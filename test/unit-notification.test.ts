import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NotificationRow } from '../handlers/lib/decide/masakari.ts';
import {
	decideNotification,
	generatedTimeAt,
	sameNotification,
} from '../handlers/lib/decide/notification.ts';

const time = '2026-11-22T12:50:18Z';

test('a stopped host is OFFLINE, in exactly the keys that Masakari allows', () => {
	assert.deepEqual(decideNotification('Node-1', 'STOPPED', time, 'NORMAL'), {
		notification: {
			type: 'COMPUTE_HOST',
			hostname: 'Node-1',
			generated_time: time,
			payload: { event: 'STOPPED', cluster_status: 'OFFLINE', host_status: 'NORMAL' },
		},
	});
});

test('a started host is ONLINE', () => {
	const { payload } = decideNotification('n', 'STARTED', time, 'UNKNOWN').notification;
	assert.deepEqual(payload, { event: 'STARTED', cluster_status: 'ONLINE', host_status: 'UNKNOWN' });
});

test('a generated time has whole seconds and is never later than the time itself', () => {
	assert.equal(generatedTimeAt(Date.parse(time) + 999), time);
	assert.equal(generatedTimeAt(Date.parse(time)), time);
	assert.equal(generatedTimeAt(Date.parse(time) - 1), '2026-11-22T12:50:17Z');
});

const row: NotificationRow = {
	uuid: 'u',
	source_host_uuid: 'h',
	generated_time: time,
	event: 'STOPPED',
	host_status: 'NORMAL',
	status: 'new',
};
const rows: { name: string; given: Partial<NotificationRow>; same: boolean }[] = [
	{ name: 'with one of our times', given: {}, same: true },
	{ name: 'with another time', given: { generated_time: '2026-11-22T12:50:19Z' }, same: false },
	{ name: 'of another event', given: { event: 'STARTED' }, same: false },
	{ name: 'of no event', given: { event: null }, same: false },
	{ name: 'of another host status', given: { host_status: 'UNKNOWN' }, same: false },
	{ name: 'of no host status', given: { host_status: null }, same: false },
];
for (const { name, given, same } of rows) {
	test(`a row ${name} ${same ? 'is' : 'is not'} ours`, () => {
		const times = ['2026-11-22T12:47:00Z', time];
		assert.equal(sameNotification({ ...row, ...given }, 'STOPPED', 'NORMAL', times), same);
	});
}

test('without a time of ours no row is ours', () => {
	assert.equal(sameNotification(row, 'STOPPED', 'NORMAL', []), false);
});
