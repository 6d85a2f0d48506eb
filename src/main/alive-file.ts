/** A file whose age says whether a process works, for whoever watches containers. */
import { utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 10_000;

/** Touches `file` every 10 s while `works` says so, until `signal` aborts. A disk that refuses makes the file old, which is the truth. */
export async function keepAliveFile(file: string, works: () => boolean, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (works()) await touch(file).catch(() => undefined);
    await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function touch(file: string): Promise<void> {
  await writeFile(file, '', { mode: 0o600, flag: 'a' });
  const now = new Date();
  await utimes(file, now, now);
}
