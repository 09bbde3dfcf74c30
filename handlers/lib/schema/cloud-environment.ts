import type { Wrong } from './cloud-auth.ts';
import { type CloudKeys, validateCloudKeys, variableKind } from './cloud-keys.ts';

/** What the OS_* variables say, under the names that clouds.yaml has for it. */
export function environmentKeys(
	env: Readonly<Record<string, string | undefined>>,
	wrong: (found: Wrong) => void,
): CloudKeys {
	const said: Record<string, string | boolean> = {};
	for (const [variable, value] of Object.entries(env)) {
		if (!variable.startsWith('OS_') || !value) continue;
		const key = variable.slice('OS_'.length).toLowerCase();
		const kind = variableKind(key);
		// OS_CLOUD names a cloud; in clouds.yaml, `cloud` names a vendor profile.
		if (kind === undefined || key === 'cloud') continue;
		if (kind === 'text') said[key] = value;
		else if (/^(true|false)$/i.test(value)) said[key] = value.toLowerCase() === 'true';
		else said[key] = value;
	}
	const keys = validateCloudKeys(said);
	if (keys.ok) return keys.value;
	for (const { path, message } of keys.errors) {
		wrong({ key: path.slice(1) as keyof CloudKeys, message });
	}
	return {};
}
