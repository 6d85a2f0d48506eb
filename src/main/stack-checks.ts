/** Checks of what every stack needs, for its status. */
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
    return { name: 'temporal', ok: true, message: `server ${version} at ${address}` };
  } catch {
    return { name: 'temporal', ok: false, message: `no answer from ${address}` };
  }
}

/** Whether the database answers, and what it says is going on. */
export async function checkDatabase(store: Store): Promise<{ check: Check; running: number; open: number }> {
  try {
    const open = await store.batches.open();
    const running = await store.tasks.list({ status: 'running', limit: 100 });
    return {
      check: { name: 'database', ok: true, message: 'answers' },
      running: running.items.length,
      open: open.length,
    };
  } catch (error) {
    return {
      check: { name: 'database', ok: false, message: error instanceof Error ? error.message : String(error) },
      running: 0,
      open: 0,
    };
  }
}
