import { UsageError } from './errors.ts';

/** The value of `--name VALUE` or `--name=VALUE`; undefined where it is not given. */
export function optionOf(argv: readonly string[], name: string): string | undefined {
	const at = argv.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
	const arg = argv[at];
	if (arg === undefined) return undefined;
	const value = arg === name ? argv[at + 1] : arg.slice(name.length + 1);
	if (value === undefined || value === '' || (arg === name && value.startsWith('--'))) {
		throw new UsageError(`${name} needs a value`);
	}
	return value;
}
