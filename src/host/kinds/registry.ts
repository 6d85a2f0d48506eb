/** Which kinds this program runs, and how each of them begins and what it leaves. */
import { BACKGROUND_KINDS } from '../../contracts/background.ts';
import { KIND_PARAMS } from '../../contracts/kind-params.ts';
import type { BuiltinKind, TaskKind } from '../../contracts/vocabulary.ts';

/** Kinds that can be queued on this host. */
export const RUNNABLE_KINDS: readonly BuiltinKind[] = [
  'requirement',
  ...BACKGROUND_KINDS,
  'process-issue',
  'process-comment',
  'process-pr',
  'claude-cli',
  'custom-command',
];

/** True if this host can run tasks of that kind. */
export function isRunnable(kind: TaskKind): boolean {
  return RUNNABLE_KINDS.some((each) => each === kind);
}

/** What an agent is told for `claude-cli`: the instructions, and the facts beside them as JSON. */
export function instructionsOf(params: unknown): string {
  const { instructions, taskContext } = KIND_PARAMS['claude-cli'].parse(params);
  if (taskContext === undefined) return instructions;
  return `${instructions}\n\nFacts about the task, as JSON:\n${JSON.stringify(taskContext, null, 2)}`;
}

/** The time-out of a `claude-cli` task in milliseconds; null: that of the settings. */
export function timeoutOf(params: unknown): number | null {
  return KIND_PARAMS['claude-cli'].parse(params).timeoutMs ?? null;
}
