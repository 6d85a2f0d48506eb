/** Projects, requirements, answers and events as callers see them. */
import { EVENT_ALIASES } from '../../contracts/events.ts';
import type { JournalEvent } from '../../contracts/events.ts';
import type { RequirementInfo } from '../../contracts/host-door.ts';
import type { BatchId, TaskId } from '../../contracts/ids.ts';
import type { CommandAnswer } from '../../contracts/state.ts';
import type { CommandAnswerView, EventView, ProjectView, RequirementView } from '../../contracts/views.ts';
import type { HoldReason, TaskStatus } from '../../contracts/vocabulary.ts';
import type { ProjectRow } from '../../store/store.ts';
import type { LatestTask } from '../../store/task-store.ts';
import { instant } from './instants.ts';

/** A project. */
export function toProjectView(row: ProjectRow): ProjectView {
  const { id, name, path, host, settings } = row;
  return { id, name, path, host, createdAt: instant(row.createdAtMs), settings };
}

/** What is known of a requirement besides its file. */
export interface RequirementFacts {
  /** The open task that has it. */
  readonly open: { readonly task: TaskId; readonly batch: BatchId; readonly status: TaskStatus } | undefined;
  /** Its newest task. */
  readonly latest: LatestTask | undefined;
  /** Branch that resolves these very bytes; null if none. */
  readonly branch: string | null;
}

/**
 * A requirement file with its status: that of its open task; `completed` when an undelivered branch resolves it; `failed`
 * when its newest task failed on these very bytes; else `idle`.
 */
export function toRequirementView(info: RequirementInfo, { open, latest, branch }: RequirementFacts): RequirementView {
  const own = latest?.sha256 === info.sha256 ? latest : undefined;
  const failed = own?.status === 'failed' ? own : undefined;
  const status = branch === null ? (failed?.status ?? 'idle') : 'completed';
  const shown = open ?? (branch === null ? failed : own);
  return {
    ...info,
    status: open?.status === 'idle' ? 'queued' : (open?.status ?? status),
    taskId: shown?.task ?? null,
    batchId: shown?.batch ?? null,
    undelivered: branch,
  };
}

/**
 * What a command did, in words.
 * @param ended the hold that the command ended; absent: none
 */
export function toAnswerView(answer: CommandAnswer, ended?: HoldReason): CommandAnswerView {
  const { result, status, running } = answer;
  if (result === 'superseded') return { ...answer, message: `A later command was applied already; it is ${status}.` };
  const still = running === null ? '' : '; a task is still at work';
  const again = ended === undefined ? '' : `; its hold (${ended.replaceAll('_', ' ')}) is over, it is tried again now`;
  return { result, status, running, message: `It is ${status}${still}${again}.` };
}

/** A journal event. */
export function toEventView(event: JournalEvent): EventView {
  const alias = EVENT_ALIASES[event.type];
  return { ...event, ...(alias === undefined ? {} : { alias }), data: { ...event.data } };
}
