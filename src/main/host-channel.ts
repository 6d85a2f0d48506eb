/** The channel between `up` and its host worker: the worker says that it is ready, and what it measures when asked. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What `up` asks its host worker for; the answer has the same name. */
const METRICS = 'metrics';
const ANSWER_TIMEOUT_MS = 5000;

/** In the host worker: answers every question of the parent. Without a parent nothing happens. */
export function answerParent(readMetrics: () => Promise<string>): void {
  process.on('message', (message) => {
    if (message !== METRICS) return;
    void readMetrics().then(
      (text) => process.send?.({ [METRICS]: text }),
      // The parent waits no longer than it must, and says that nobody answered.
      () => undefined,
    );
  });
}

/** In the host worker: it can take work now. */
export function tellReady(): void {
  process.send?.({ ready: true });
}

/** In `up`: calls back whenever the worker says that it is ready. */
export function onReady(child: ChildProcess, callback: () => void): void {
  child.on('message', (message) => {
    if (typeof message === 'object' && 'ready' in message) callback();
  });
}

/** In `up`: what the worker measures, in the text format of Prometheus; null when it ends or does not answer within 5 s. */
export async function askForMetrics(child: ChildProcess): Promise<string | null> {
  if (!child.connected) return null;
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  child.once('exit', leave);
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
  child.send(METRICS, () => undefined);
  try {
    for (;;) {
      const [message]: unknown[] = await once(child, 'message', { signal });
      if (typeof message === 'object' && message !== null && METRICS in message) return String(message[METRICS]);
    }
  } catch {
    return null;
  } finally {
    child.off('exit', leave);
  }
}
