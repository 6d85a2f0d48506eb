/** A background task on its host: what it was asked, the answer of its newest run, and what is wrong with that. */
import { join } from 'node:path';
import { BACKGROUND_PARAMS, isBackgroundKind } from '../../../contracts/background.ts';
import type { BackgroundOrder } from '../../../contracts/background.ts';
import type { WorkOrder } from '../../../contracts/order.ts';
import type { VerifyOutcome } from '../../../contracts/outcome.ts';
import type { StatePaths } from '../../../platform/paths.ts';
import { makePrivateDirectory, readJson, writeJson } from '../../runs/run-directory.ts';
import { readFrozenParams } from '../frozen-task.ts';
import { writeResult } from '../result-file.ts';
import { conclude } from './conclude.ts';
import type { Conclusion } from './conclude.ts';
import { readStories } from './stories.ts';
import type { FrozenStory } from './stories.ts';

type Paths = Pick<StatePaths, 'inputs' | 'runs'>;

/** What it was asked, and the stories it was shown. */
export interface BackgroundTask {
  readonly asked: BackgroundOrder;
  readonly stories: readonly FrozenStory[];
}

/** The answer of the newest run, beside the runs of its attempt. */
const ANSWER_FILE = 'answer.json';
/** Shown of a mistake where there is one line for it. */
const MAX_LINE = 200;

/**
 * The task of an order; null: of another kind.
 * @throws AppError requirement_not_found (what was frozen is gone), requirement_invalid (damaged), order_refused
 */
export async function readBackgroundTask(paths: Paths, order: WorkOrder): Promise<BackgroundTask | null> {
  if (!isBackgroundKind(order.kind)) return null;
  const asked = toOrder(order.kind, await readFrozenParams(paths.inputs, order));
  return { asked, stories: await readStories(paths.inputs, asked.params.stories) };
}

/** Keeps what a run answered, in the place of what an earlier one did; null: nothing that could be an answer. */
export function keepAnswer(paths: Paths, order: WorkOrder, answer: unknown): void {
  const directory = attemptDirectory(paths, order);
  makePrivateDirectory(directory);
  writeJson(join(directory, ANSWER_FILE), { answer });
}

/** What the kept answer is worth. */
export function judgeAnswer(paths: Paths, order: WorkOrder, { asked, stories }: BackgroundTask): Conclusion {
  const kept = readJson(join(attemptDirectory(paths, order), ANSWER_FILE));
  const answer: unknown = typeof kept === 'object' && kept !== null ? Reflect.get(kept, 'answer') : null;
  return conclude(asked, stories, answer);
}

/**
 * A round of verification of a background task: keeps its result, or says what is wrong. Again: the same.
 * @throws AppError invalid_input when the result is too large
 */
export function verifyAnswer(paths: Paths, order: WorkOrder, task: BackgroundTask): VerifyOutcome {
  const conclusion = judgeAnswer(paths, order, task);
  if (conclusion.ok) {
    writeResult(paths, order.task, order.attempt, conclusion.result.result);
    // No command has verified anything.
    return { verdict: 'none', checks: [], tree: null };
  }
  const command = `answer: ${conclusion.mistakes[0] ?? ''}`.slice(0, MAX_LINE);
  const check = { command, exitCode: 1, passed: false, baseline: 'none', timedOut: false, durationMs: 0 } as const;
  return { verdict: 'failed', checks: [check], tree: null };
}

function toOrder(kind: BackgroundOrder['kind'], params: unknown): BackgroundOrder {
  switch (kind) {
    case 'refine':
      return { kind, params: BACKGROUND_PARAMS.refine.parse(params) };
    case 'generate':
      return { kind, params: BACKGROUND_PARAMS.generate.parse(params) };
    case 'story-edit':
      return { kind, params: BACKGROUND_PARAMS['story-edit'].parse(params) };
  }
}

function attemptDirectory(paths: Paths, order: WorkOrder): string {
  return join(paths.runs, order.task, String(order.attempt));
}
