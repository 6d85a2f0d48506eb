/** One piece of work at a time. Runs in the workflow sandbox: changing the order of awaits breaks replay. */

/** Runs work when everything that was given before has ended, however that ended. */
export type Turns = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * Turns for local activities. Of two that are under way the SDK's core (1.24.0) resolves on replay the one that was scheduled
 * first, also where the other one had ended before: what followed each would come in another order than in the
 * history. Of one there is only one order.
 */
export function inTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}
