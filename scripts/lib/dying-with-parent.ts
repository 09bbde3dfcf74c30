/** A command whose process dies with this one, even where that is killed itself. */
export function dyingWithParent(
	command: readonly string[],
	signal = 'KILL',
	user?: string,
): readonly string[] {
	const as = user === undefined ? [] : [`--reuid=${user}`, `--regid=${user}`, '--init-groups'];
	return ['setpriv', ...as, '--pdeathsig', signal, ...command];
}
