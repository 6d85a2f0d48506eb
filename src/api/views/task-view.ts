/** Tasks as callers see them. */
import { stageOf } from '../../contracts/kinds.ts';
import type { AttemptRecord, TaskState } from '../../contracts/state.ts';
import type { AttemptView, TaskDetail, TaskView } from '../../contracts/views.ts';
import { emptyDetails } from '../../domain/batch-state.ts';
import type { TaskRow } from '../../store/store.ts';
import { instant, nullableInstant } from './instants.ts';

/**
 * A task.
 * @param last its newest attempt; undefined before the first
 */
export function toTaskView(row: TaskRow, projectName: string, last: AttemptRecord | undefined): TaskView {
  const { definition, state } = row;
  const details = row.details ?? emptyDetails();
  return {
    id: definition.id,
    name: definition.name,
    project: projectName,
    projectId: definition.project,
    batchId: row.batch,
    kind: definition.kind,
    after: [...(state.after ?? [])],
    whenNeededFailed: state.after === undefined ? null : (state.whenNeededFailed ?? 'skip'),
    stage: state.status === 'running' ? stageOf(details.step) : null,
    status: state.status,
    step: state.status === 'running' ? details.step : null,
    attempts: countedAttempts(state),
    agent: details.agent ?? last?.agent ?? null,
    commit: details.commit,
    salvageRef: details.salvageRef,
    failure: details.failure,
    verified: details.verified,
    verification: [...(last?.checks ?? [])],
    waits: details.waits.map((wait) => ({
      kind: wait.kind,
      from: instant(wait.fromMs),
      until: nullableInstant(wait.untilMs),
    })),
    deniedTools: [...(last?.deniedTools ?? [])],
    notes: [...details.notes],
    startedAt: nullableInstant(details.startedAtMs),
    completedAt: nullableInstant(details.completedAtMs),
    durationMs: details.durationMs,
    costUsd: details.costUsd,
  };
}

/** What it was made from. */
export function originOf({ definition }: TaskRow): Pick<TaskDetail, 'version' | 'context'> {
  const { context, sha256 } = definition;
  const given = context?.['version'];
  return {
    version: typeof given === 'string' ? given : sha256,
    context: context === undefined ? null : { ...context },
  };
}

/**
 * Attempts that count: those the agent failed, and the one under way or that ended well. A go that a limit, a lost
 * machine or the user ended counts for nothing; all goes are in the task's own page.
 */
function countedAttempts({ attempt = 0, spent = 0, status }: TaskState): number {
  if (attempt === 0 || status === 'failed') return spent;
  return spent + 1;
}

/** One attempt. */
export function toAttemptView(attempt: AttemptRecord): AttemptView {
  const { startedAtMs, endedAtMs, checks, deniedTools, ...rest } = attempt;
  return {
    ...rest,
    startedAt: instant(startedAtMs),
    endedAt: nullableInstant(endedAtMs),
    deniedTools: [...deniedTools],
    verification: [...checks],
  };
}
