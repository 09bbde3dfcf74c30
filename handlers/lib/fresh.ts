/** The reads that authorise a POST or a power-off began at most so long before the commit. */
// 3 s, a probe of 1 s, and slack.
export const freshSeconds = 8;

/** Neither is begun later than this after its transaction was sent. */
export const writeWithinSeconds = 2;
