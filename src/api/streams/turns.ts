/** One at a time: work that many would do at once gets a turn of the event loop each, and what came meanwhile comes between. */

/** Resolves in a turn of the event loop that nobody else who asked has. */
export type TakeTurn = () => Promise<void>;

/**
 * Turns in the order in which they are asked for. Promises alone never let timers and sockets in: two hundred readers
 * that go on from one promise to the next stop the server for as long as they have something to do.
 */
export function createTurns(): TakeTurn {
  const waiting: (() => void)[] = [];
  const next = (): void => {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(next);
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) setImmediate(next);
    });
}
