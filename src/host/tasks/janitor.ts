/** Ends what nobody will come back for: runs whose batch is found and closed, for example terminated from outside. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchId } from '../../contracts/ids.ts';
import { runMarkerPrefix } from '../runs/run-directory.ts';
import { livingTasks } from '../runs/stray-runs.ts';
import { fence } from '../runs/terminate.ts';
import type { HostContext } from './host-context.ts';

/** With the scan and the grace this keeps P5's 15 seconds. */
const INTERVAL_MS = 8000;
/** A closing batch ends its runs itself: it gets this long. */
const SETTLE_MS = 2000;

/** Whether Temporal knows the batch, and whether it is closed; `unknown` also when nobody answered. */
export type BatchLife = 'open' | 'closed' | 'unknown';

/** Sweeps now and every few seconds until `signal` aborts. A sweep that fails is logged and tried again. */
export async function runJanitor(
  context: HostContext,
  lifeOf: (batch: BatchId) => Promise<BatchLife>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await sweep(context, lifeOf).catch((error: unknown) =>
      context.logger.warn({ err: error }, 'the janitor could not sweep'),
    );
    await sleep(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** One sweep. @returns the tasks whose processes were ended */
async function sweep(context: HostContext, lifeOf: (batch: BatchId) => Promise<BatchLife>): Promise<string[]> {
  const ended: string[] = [];
  for (const { task, batch } of livingTasks(context.paths, context.installation)) {
    if (batch === null || (await lifeOf(batch)) !== 'closed') continue;
    await sleep(SETTLE_MS);
    if ((await lifeOf(batch)) !== 'closed') continue;
    const { killed } = await fence(runMarkerPrefix(context.installation, task));
    context.logger.info({ task, batch, killed: killed.length }, 'ended a run whose batch is closed');
    ended.push(task);
  }
  return ended;
}
