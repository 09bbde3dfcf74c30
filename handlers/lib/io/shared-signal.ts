import { setMaxListeners } from 'node:events';

/** A signal that any number of calls may listen to at once: Node would warn of the eleventh, on stderr. */
export function shareSignal(signal: AbortSignal): AbortSignal {
	setMaxListeners(0, signal);
	return signal;
}
