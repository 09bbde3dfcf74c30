import { startMasakariApi } from '../scripts/lib/masakari-api.ts';
import { describeContract } from './fixtures/contract-masakari.ts';
import type { ContractServer } from './fixtures/contract-server.ts';

const LONG_MS = 30_000;
const RULES = [
	'notifications:create',
	'notifications:index',
	'notifications:detail',
	'segments:index',
	'segments:detail',
	'os-hosts:index',
	'os-hosts:detail',
];

describeContract('the embedded Masakari', async (): Promise<ContractServer> => {
	const plain = Array.from({ length: 40 }, (_, index) => `n${index + 1}`);
	const api = await startMasakariApi({
		hosts: [
			{ name: 'compute', hosts: [...plain, { name: 'maint', onMaintenance: true }] },
			{ name: 'off', enabled: false, hosts: ['off1'] },
		],
		engine: { pickupMs: 0, recoveryMs: 0 },
		authenticate: ({ headers }) => ({
			project: 'service',
			forbidden: headers['x-auth-token'] === 'powerless' ? RULES : [],
		}),
	});
	const ends = ['finished', 'failed', 'ignored'];
	return {
		url: api.url,
		headers: {},
		powerless: { 'x-auth-token': 'powerless' },
		plain,
		maintenance: 'maint',
		disabled: 'off1',
		now: Date.now,
		clearMaintenance: async (host) => api.clearMaintenance(host),
		settled: async (uuid) => {
			const isEnd = () =>
				api.notifications.some((row) => row.uuid === uuid && ends.includes(row.status));
			await api.waitFor(isEnd, LONG_MS);
		},
		holdEngine: async () => {
			api.setEngineAway(true);
			return async () => api.setEngineAway(false);
		},
		close: api.close,
	};
});
