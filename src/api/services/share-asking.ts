/** One answer for many: whoever asks while an answer is awaited shares the next one with all who do. */

/**
 * `ask`, once at a time. Everybody gets an answer that was asked for after they came, so nobody is told what was true
 * before; under load there are as many asks as there is time for, and not as many as there are askers.
 */
export function shareAsking<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let running: Promise<Answer> | null = null;
  let next: Promise<Answer> | null = null;
  const start = async (): Promise<Answer> => {
    next = null;
    running = ask();
    try {
      return await running;
    } finally {
      running = null;
    }
  };
  return () => {
    if (next !== null) return next;
    if (running === null) return start();
    next = running.then(start, start);
    return next;
  };
}
