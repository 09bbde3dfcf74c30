import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compile, registry } from '../handlers/lib/schema/compile.ts';
import { parseHandlerRuns } from '../handlers/lib/schema/handler-runs.ts';
import {
	parseClosedIncident,
	parseHistory,
	parseIncident,
} from '../handlers/lib/schema/incident.ts';
import type { Parse } from '../handlers/lib/schema/input.ts';
import { parseOperatorWord } from '../handlers/lib/schema/operator-word.ts';
import { parseSnapshot } from '../handlers/lib/schema/snapshot.ts';
import { parseView } from '../handlers/lib/schema/view.ts';
import { complaint, key } from './fixtures/complaint.ts';
import { asStored, changed, isBranch, paths } from './fixtures/mutation.ts';
import {
	closed,
	handlerRuns,
	heldRecord,
	incident,
	operatorWord,
	snapshot,
	view,
} from './fixtures/values.ts';

interface Ours {
	readonly name: string;
	readonly sample: unknown;
	readonly parse: Parse<unknown>;
	/** Paths of keys that may be absent. */
	readonly optional: readonly string[];
	/** Objects by free names, whose members may come and go. */
	readonly records: readonly string[];
}

const incidentOptional = [
	'notified_at',
	'uuid',
	'masakari_status',
	'acknowledged',
	'approval',
	'held_before',
	'forgotten',
	'host_status',
	'fencing',
	...['off_at', 'read_at', 'power', 'error', 'proven_at'].map((key) => `fencing/${key}`),
	'attempt/outcome',
	'attempt/error',
];
const ours: readonly Ours[] = [
	{ name: 'a snapshot', sample: snapshot, parse: parseSnapshot, optional: [], records: [] },
	{
		name: 'a view',
		sample: view,
		parse: parseView,
		optional: ['masakari/error', 'storm/blind', 'contradicts', 'spells', 'spells/n3/ended'],
		records: [
			'networks',
			'due',
			'outages',
			'outages/n3',
			'returning',
			'restarts',
			'held',
			'flaps',
			'watches',
			'contradicts',
			'spells',
			'spells/n3/vector',
		],
	},
	{
		name: "a controller's handler runs",
		sample: handlerRuns,
		parse: parseHandlerRuns,
		optional: [],
		records: ['ran'],
	},
	{
		name: 'an incident',
		sample: incident,
		parse: parseIncident,
		optional: incidentOptional,
		records: ['vector'],
	},
	{
		name: 'a closed incident',
		sample: closed,
		parse: parseClosedIncident,
		optional: [...incidentOptional, 'started', 'started/error'],
		records: ['vector'],
	},
	{
		name: 'a record of a host that gates held',
		sample: heldRecord,
		parse: parseHistory,
		optional: [],
		records: ['vector'],
	},
	{
		name: "an operator's word",
		sample: operatorWord,
		parse: parseOperatorWord,
		optional: ['until'],
		records: [],
	},
];

for (const { name, sample, parse, optional, records } of ours) {
	test(`${name} is read as it was written`, () => {
		assert.deepEqual(parse(asStored(sample), key), sample);
	});

	test(`${name} needs every key but the optional ones (I8)`, () => {
		for (const path of paths(sample).filter((p) => typeof p.at(-1) === 'string')) {
			const value = asStored(changed(sample, path, () => undefined));
			const may =
				optional.includes(path.join('/')) || records.includes(path.slice(0, -1).join('/'));
			if (may) parse(value, key);
			else assert.match(complaint(parse, value), /has no "/, path.join('/'));
		}
	});

	test(`${name} has no other keys (I8)`, () => {
		for (const path of paths(sample)) {
			const object = changed(sample, path, (old) => old);
			const isRecord = records.includes(path.join('/'));
			let mutable = false;
			const value = changed(object, path, (old) => {
				mutable = isBranch(old) && !Array.isArray(old) && !isRecord;
				return mutable && isBranch(old) ? { ...old, surprise: 1 } : old;
			});
			if (!mutable) continue;
			assert.match(complaint(parse, value), /unknown key "surprise", expected /);
		}
	});

	test(`${name} with anything of another type in it is refused in few words (I8)`, () => {
		const wrong = [false, -1, 0.5, '', 'x'.repeat(5000), [{}], { a: 1 }, null];
		const kind = (value: unknown) =>
			value === null || Array.isArray(value) ? 'odd' : typeof value;
		for (const path of paths(sample)) {
			const old = path.reduce<unknown>((v, step) => (isBranch(v) ? v[step] : v), sample);
			for (const other of wrong) {
				if (kind(other) === kind(old) || other === null) continue;
				// A network that is null can be read, and a storm may be calm since some time.
				if (old === null && /^(networks|storm)/.test(String(path[0]))) continue;
				complaint(
					parse,
					changed(sample, path, () => other),
				);
			}
		}
	});

	test(`${name} of a version that no reader knows is refused (I8)`, () => {
		assert.equal(
			complaint(parse, { ...Object(sample), version: 2 }),
			'is of version 2, this release reads 1',
		);
		complaint(parse, { ...Object(sample), version: '1' });
	});

	test(`no JSON makes the reader of ${name} throw anything but an InputError (I8)`, () => {
		fc.assert(fc.property(fc.jsonValue(), (value) => complaint(parse, value).length > 0));
	});
}

test('every schema is registered for compilation ahead of time, each under its own name', () => {
	for (const name of ['snapshot-1', 'view-1', 'incident-1', 'closed-incident-1', 'held-record-1']) {
		assert.ok(registry.has(name), name);
	}
	assert.throws(() => compile('view-1', {}), /schema view-1 is compiled twice/);
});
