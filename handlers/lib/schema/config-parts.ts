import { type Bounds, durationPattern, expectedDuration } from './duration.ts';

/** A duration in an operator's file; its bounds are a rule's business. */
export const duration = (bounds: Bounds) => ({
	type: 'string',
	pattern: durationPattern,
	description: expectedDuration(bounds),
});

/** Text in an operator's file: an address, a path, a name. */
export const string = (description: string) => ({
	type: 'string',
	minLength: 1,
	maxLength: 4096,
	description,
});

/** One of these words. */
export const oneOf = (...values: readonly string[]) => ({
	type: 'string',
	enum: values,
	description: `one of: ${values.join(', ')}`,
});
