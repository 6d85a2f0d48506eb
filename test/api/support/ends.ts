/** Puts a task where its workflow would put it at the end of some attempts, with the entry in the journal. */
import type { EventType } from '../../../src/contracts/events.ts';
import type { AttemptRecord } from '../../../src/contracts/state.ts';
import type { BatchView } from '../../../src/contracts/views.ts';
import { emptyDetails } from '../../../src/domain/batch-state.ts';
import { asId } from '../../../src/contracts/ids.ts';
import { change } from './lifecycle.ts';
import type { Stack } from './stack.ts';

const T0 = 1_700_000_000_000;

/** One attempt; `ms` null: it has not ended. */
interface Attempt {
  readonly ms: number | null;
  readonly costUsd: number | null;
  readonly tokens: number | null;
}

/** The task at `index` of the batch gets the status after these attempts. */
export async function endTask(
  stack: Stack,
  batch: BatchView,
  index: number,
  status: 'completed' | 'failed' | 'cancelled' | 'running',
  attempts: readonly Attempt[],
): Promise<void> {
  const task = batch.tasks[index];
  if (task === undefined) throw new Error('no such task');
  const id = asId('task', task.id);
  await change(stack, batch, (state) => {
    const known = state.tasks.find((each) => each.id === id);
    if (known === undefined) throw new Error('the workflow has no such task');
    known.status = status;
    known.attempt = attempts.length;
    state.details[id] = { ...emptyDetails(), attempts: attempts.map(recordOf) };
  });
  if (status === 'running') return;
  const type = `task.${status}` satisfies EventType;
  const entry = { id: `${id}:${attempts.length}:${status}`, type, atMs: T0, batch: asId('batch', batch.id), task: id };
  await stack.store.events.append([{ ...entry, data: {} }]);
}

function recordOf({ ms, costUsd, tokens }: Attempt, index: number): AttemptRecord {
  return {
    number: index + 1,
    startedAtMs: T0,
    endedAtMs: ms === null ? null : T0 + ms,
    agent: 'scripted',
    sessionId: null,
    outcome: 'succeeded',
    message: null,
    costUsd,
    tokens,
    turns: 1,
    fixes: 0,
    deniedTools: [],
    checks: [],
  };
}
