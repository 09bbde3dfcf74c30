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

/** What Masakari takes for the host of a notification, in an operator's words. */
export const notifiable = '1 to 255 of A-Z a-z 0-9 . _ -';

/** Whether Masakari takes a notification of this host. In a segment it takes any printable name. */
export function isNotifiable(name: string): boolean {
	return /^[A-Za-z0-9._-]{1,255}$/.test(name);
}
