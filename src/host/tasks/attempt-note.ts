/** What is kept in the directory of an attempt beside its runs: where it started, and what each round of checks gave. */
import { join } from 'node:path';
import { z } from 'zod';
import type { WorkOrder } from '../../contracts/order.ts';
import type { VerifyOutcome } from '../../contracts/outcome.ts';
import { makePrivateDirectory, readJson, writeJson } from '../runs/run-directory.ts';
import type { StatePaths } from '../../platform/paths.ts';
import type { HostContext } from './host-context.ts';

const SharedStateSchema = z.object({
  stashes: z.array(z.object({ sha: z.string(), message: z.string() })),
  branches: z.record(z.string(), z.string()),
  configuration: z.string(),
  hooks: z.string(),
});

const InPlaceSchema = z.object({
  branch: z.string(),
  base: z.string(),
  untrackedBefore: z.array(z.string()),
  tree: z.string(),
});

const StartSchema = z.object({
  v: z.literal(1),
  base: z.string(),
  ownWork: z.enum(['none', 'continued', 'restored', 'conflict']),
  shared: SharedStateSchema,
  inPlace: InPlaceSchema.nullable(),
  notes: z.array(z.string()),
  /** True once its work was committed or taken back: nothing of it is left in the tree. */
  over: z.boolean(),
});

const RoundSchema = z.object({
  verdict: z.enum(['passed', 'failed', 'none']),
  tree: z.string().nullable(),
  checks: z.array(
    z.object({
      command: z.string(),
      exitCode: z.int().nullable(),
      passed: z.boolean(),
      baseline: z.enum(['passed', 'failed', 'none']),
      timedOut: z.boolean(),
      durationMs: z.number(),
    }),
  ),
});

/** Where an attempt started from. */
export type AttemptNote = z.infer<typeof StartSchema>;

/** Directory of an attempt; its runs are folders in it. */
export function attemptDirectory(context: HostContext, order: Pick<WorkOrder, 'task' | 'attempt'>): string {
  return join(context.paths.runs, order.task, String(order.attempt));
}

/** The start of an attempt; null before it began. */
export function readStart(context: HostContext, order: Pick<WorkOrder, 'task' | 'attempt'>): AttemptNote | null {
  const parsed = StartSchema.safeParse(readJson(join(attemptDirectory(context, order), 'start.json')));
  return parsed.success ? parsed.data : null;
}

/**
 * The start that the tree is at: of the order's attempt, or of the last one before it that got as far. null: none did,
 * or nothing of it is left in the tree.
 */
export function readOpenStart(
  context: HostContext,
  order: Pick<WorkOrder, 'task' | 'attempt'>,
): { readonly attempt: number; readonly start: AttemptNote } | null {
  for (let { attempt } = order; attempt > 0; attempt -= 1) {
    const start = readStart(context, { task: order.task, attempt });
    if (start !== null) return start.over ? null : { attempt, start };
  }
  return null;
}

/** Keeps the start of an attempt. */
export function writeStart(context: HostContext, order: Pick<WorkOrder, 'task' | 'attempt'>, start: AttemptNote): void {
  makePrivateDirectory(attemptDirectory(context, order));
  writeJson(join(attemptDirectory(context, order), 'start.json'), start);
}

/** What a round of checks gave; null before it ended. */
export function readRound(context: HostContext, order: WorkOrder, round: number): VerifyOutcome | null {
  return readRoundOf(context.paths, order, round);
}

/** The same without a context: for who only looks. */
export function readRoundOf(
  paths: Pick<StatePaths, 'runs'>,
  { task, attempt }: Pick<WorkOrder, 'task' | 'attempt'>,
  round: number,
): VerifyOutcome | null {
  const parsed = RoundSchema.safeParse(readJson(join(paths.runs, task, String(attempt), `verify-${round}.json`)));
  return parsed.success ? parsed.data : null;
}

/** Keeps what a round of checks gave. */
export function writeRound(context: HostContext, order: WorkOrder, round: number, outcome: VerifyOutcome): void {
  makePrivateDirectory(attemptDirectory(context, order));
  writeJson(join(attemptDirectory(context, order), `verify-${round}.json`), outcome);
}

/** Notes that nothing of the attempt is left in the tree. */
export function closeStart(context: HostContext, order: Pick<WorkOrder, 'task' | 'attempt'>): void {
  const start = readStart(context, order);
  if (start !== null && !start.over) writeStart(context, order, { ...start, over: true });
}
