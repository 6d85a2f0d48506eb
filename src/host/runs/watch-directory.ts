/** Waking up when something changes in a run directory; with polling where the system has no watches left. */
import { watch } from 'node:fs';
import { RUN_FILES } from './run-directory.ts';

/** A watched directory. */
export interface DirectoryChanges {
  /** Resolves at the next change, also one since the last call, at the latest after `timeoutMs`. Never rejects. */
  next(timeoutMs: number): Promise<void>;
  close(): void;
}

/** The files whose changes matter to who waits; `progress.json` is written by waiters themselves. */
const INTERESTING: ReadonlySet<string> = new Set([
  RUN_FILES.claim,
  RUN_FILES.process,
  RUN_FILES.exit,
  RUN_FILES.stdout,
]);

/** Watches `dir`, which must exist; begins at once, so a look after this call misses nothing. */
export function watchDirectory(dir: string): DirectoryChanges {
  let changed = false;
  let wake: (() => void) | null = null;
  const onChange = (): void => {
    changed = true;
    wake?.();
  };
  const watcher = openWatcher(dir, onChange);
  return {
    next: (timeoutMs) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          wake = null;
          changed = false;
          resolve();
        };
        const timer = setTimeout(done, Math.max(0, timeoutMs));
        wake = done;
        if (changed) done();
      }),
    close: () => {
      watcher?.close();
      wake?.();
    },
  };
}

/** null when the limit of watches is reached (ENOSPC, EMFILE): the timeouts of `next` are the polling then. */
function openWatcher(dir: string, onChange: () => void): { close(): void } | null {
  try {
    const watcher = watch(dir, (_event, name) => {
      if (name === null || INTERESTING.has(name)) onChange();
    });
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}
