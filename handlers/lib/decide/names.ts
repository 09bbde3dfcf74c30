/**
 * The host that a node is: where its network's rule fits (`*-stor`, in any case), what stands for the
 * `*`; otherwise the node's own name.
 */
export function hostNameOf(node: string, rule = '*'): string {
	const [before = '', after = ''] = rule.toLowerCase().split('*');
	const name = node.toLowerCase();
	const fits = name.startsWith(before) && name.endsWith(after);
	const end = node.length - after.length;
	return fits && end > before.length ? node.slice(before.length, end) : node;
}
