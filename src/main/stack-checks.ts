/** Checks of what every stack needs, for its status. */
import { statfs } from 'node:fs/promises';
import type { Status } from '../contracts/views.ts';
import type { Store } from '../store/store.ts';
import { askServerVersion } from '../temporal/connection.ts';
import type { TemporalClient } from '../temporal/connection.ts';

type Check = Status['checks'][number];

const CHECK_TIMEOUT_MS = 2000;

/** Whether the server answers within 2 s. */
export async function checkTemporal(connection: TemporalClient['connection'], address: string): Promise<Check> {
  try {
    const version = await askServerVersion(connection, CHECK_TIMEOUT_MS);
    return { name: 'temporal', ok: true, message: `server ${version} at ${address}`, repair: null };
  } catch {
    return { name: 'temporal', ok: false, message: `no answer from ${address}`, repair: 'nightloom doctor' };
  }
}

/** Less free space than this stops tasks from beginning, and soon the database. */
const LOW_DISK_BYTES = 200 * 1024 ** 2;

/** Whether there is room at the state directory. */
export async function checkDisk(home: string): Promise<Check> {
  const name = 'disk';
  const found = await statfs(home).catch(() => null);
  if (found === null) return { name, ok: false, message: `${home} cannot be read`, repair: 'nightloom doctor' };
  const freeBytes = found.bavail * found.bsize;
  const message = `${(freeBytes / 1024 ** 3).toFixed(1)} GB free at ${home}`;
  const ok = freeBytes >= LOW_DISK_BYTES;
  return { name, ok, message, repair: ok ? null : 'nightloom prune' };
}

/** Whether the database answers, and what it says is going on. */
export async function checkDatabase(store: Store): Promise<{ check: Check; running: number; open: number }> {
  try {
    const open = await store.batches.open();
    const running = await store.tasks.list({ status: 'running', limit: 100 });
    return {
      check: { name: 'database', ok: true, message: 'answers', repair: null },
      running: running.items.length,
      open: open.length,
    };
  } catch (error) {
    return {
      check: {
        name: 'database',
        ok: false,
        message: error instanceof Error ? error.message : String(error),
        repair: 'nightloom db check',
      },
      running: 0,
      open: 0,
    };
  }
}
