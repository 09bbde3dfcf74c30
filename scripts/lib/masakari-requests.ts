/** What Masakari accepts as a body: the notification of a POST, the change of a host. */

import { refusalOf, type Schema } from './masakari-schema.ts';

const LABEL: Schema = {
	type: 'string',
	minLength: 1,
	maxLength: 255,
	pattern: '^[a-zA-Z0-9-._]*$',
};

const CREATE: Schema = {
	type: 'object',
	properties: {
		notification: {
			type: 'object',
			properties: {
				type: { type: 'string', enum: ['COMPUTE_HOST', 'VM', 'PROCESS'] },
				hostname: LABEL,
				generated_time: { type: 'string', format: 'date-time' },
				payload: {
					type: 'object',
					patternProperties: {
						pattern: '^[a-zA-Z0-9-_:. ]{1,255}$',
						schema: { type: 'string', maxLength: 255 },
					},
				},
			},
			required: ['type', 'hostname', 'generated_time', 'payload'],
		},
	},
	required: ['notification'],
};

const COMPUTE_HOST_PAYLOAD: Schema = {
	type: 'object',
	properties: {
		host_status: { type: 'string', enum: ['NORMAL', 'UNKNOWN'] },
		cluster_status: { type: 'string', enum: ['ONLINE', 'OFFLINE'] },
		event: { type: 'string', enum: ['STARTED', 'STOPPED'] },
	},
	required: ['event'],
};

/** A notification as a client sent it. */
export interface Sent {
	readonly type: string;
	readonly hostname: string;
	readonly generated_time: string;
	readonly payload: Readonly<Record<string, string>>;
}

/** A POST's body, whatever its payload says, or why it is a 400. */
export function readSent(body: unknown): { readonly sent: Sent } | { readonly reason: string } {
	if (!isCreate(body)) return { reason: refusalOf(body, CREATE) ?? '' };
	return { sent: body.notification };
}

/** Why a payload is a 400, or null; those of VM and PROCESS are not known here. */
export function payloadFault({ type, payload }: Sent): string | null {
	return type === 'COMPUTE_HOST' ? refusalOf(payload, COMPUTE_HOST_PAYLOAD) : null;
}

function isCreate(body: unknown): body is { readonly notification: Sent } {
	return refusalOf(body, CREATE) === null;
}

const YES = [true, 'True', 'TRUE', 'true', '1', 'ON', 'On', 'on', 'YES', 'Yes', 'yes'];
const NO = [false, 'False', 'FALSE', 'false', '0', 'OFF', 'Off', 'off', 'NO', 'No', 'no'];

const FLAG: Schema = { type: 'boolean or string', enum: [...YES, ...NO], brackets: '[]' };

const UPDATE: Schema = {
	type: 'object',
	properties: {
		host: {
			type: 'object',
			properties: { on_maintenance: FLAG, reserved: FLAG },
			anyRequired: true,
		},
	},
	required: ['host'],
};

/** What of a host is to change. */
export interface HostChange {
	readonly onMaintenance?: boolean;
	readonly reserved?: boolean;
}

/** A PUT's body, or why it is a 400; the real one also takes a name, a type and attributes. */
export function readHostChange(
	body: unknown,
): { readonly change: HostChange } | { readonly reason: string } {
	if (!isUpdate(body)) return { reason: refusalOf(body, UPDATE) ?? '' };
	const { on_maintenance: maintenance, reserved } = body.host;
	return {
		change: {
			...(maintenance === undefined ? {} : { onMaintenance: YES.includes(maintenance) }),
			...(reserved === undefined ? {} : { reserved: YES.includes(reserved) }),
		},
	};
}

type Flag = string | boolean;

function isUpdate(
	body: unknown,
): body is { readonly host: { readonly on_maintenance?: Flag; readonly reserved?: Flag } } {
	return refusalOf(body, UPDATE) === null;
}
