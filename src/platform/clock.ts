/** Time, handed in wherever a test must be able to move it. */

/** Two clocks: one that names moments, one that measures. */
export interface Clock {
  /** Milliseconds since 1970; may jump when the machine's time is set. */
  now(): number;
  /** Milliseconds since some fixed moment; never goes back. For durations. */
  monotonicMs(): number;
}

/** The machine's clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
};
