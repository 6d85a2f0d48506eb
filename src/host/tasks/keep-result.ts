/** Keeps what a run left as the result of its attempt. */
import { isBackgroundKind } from '../../contracts/background.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import { traitsOf } from '../../contracts/kinds.ts';
import { MAX_RESULT_BYTES } from '../../contracts/kind-params.ts';
import { extractAnswer } from '../kinds/background/extract.ts';
import { keepAnswer } from '../kinds/background/task.ts';
import { commandResult } from '../kinds/custom-command.ts';
import { readHandled } from '../kinds/handlers/plan.ts';
import { writeResult } from '../kinds/result-file.ts';
import type { RunExit } from '../runs/status.ts';
import { eachEvent } from './agent-events.ts';
import type { HostContext } from './host-context.ts';

/** Writes the result of kinds that have one; again: the same. A later run of the attempt (a fix) replaces it. */
export async function keepResult(
  context: HostContext,
  order: WorkOrder,
  directory: string,
  exit: RunExit | null,
): Promise<void> {
  if (!traitsOf(order.kind).hasResult) return;
  if (isBackgroundKind(order.kind)) {
    const { words, structured } = await lastAnswer(directory);
    keepAnswer(context.paths, order, structured ?? extractAnswer(words));
    return;
  }
  if (traitsOf(order.kind).runs === 'handler') {
    const data = readHandled(directory)?.data ?? null;
    if (data !== null) writeResult(context.paths, order.task, order.attempt, data);
    return;
  }
  const result =
    order.kind === 'custom-command'
      ? await commandResult(directory, exit)
      : { text: (await lastAnswer(directory)).words.slice(0, MAX_RESULT_BYTES / 8) };
  writeResult(context.paths, order.task, order.attempt, result);
}

/** What the agent gave last: its final result, or the last text of an agent that gives none. */
interface LastAnswer {
  readonly words: string;
  /** What it gave in the form it was asked for; null: nothing. */
  readonly structured: Readonly<Record<string, unknown>> | null;
}

async function lastAnswer(directory: string): Promise<LastAnswer> {
  let last: LastAnswer = { words: '', structured: null };
  await eachEvent(directory, (event) => {
    if (event.type === 'text') last = { ...last, words: event.text };
    if (event.type === 'final') last = { words: event.text, structured: event.structured ?? null };
  });
  return last;
}
