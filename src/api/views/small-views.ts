/** Projects, requirements, answers and events as callers see them. */
import type { JournalEvent } from '../../contracts/events.ts';
import type { RequirementInfo } from '../../contracts/host-door.ts';
import type { BatchId, TaskId } from '../../contracts/ids.ts';
import type { CommandAnswer } from '../../contracts/state.ts';
import type { CommandAnswerView, EventView, ProjectView, RequirementView } from '../../contracts/views.ts';
import type { HoldReason, TaskStatus } from '../../contracts/vocabulary.ts';
import type { ProjectRow } from '../../store/store.ts';
import { instant } from './instants.ts';

/** A project. */
export function toProjectView(row: ProjectRow): ProjectView {
  const { id, name, path, host, settings } = row;
  return { id, name, path, host, createdAt: instant(row.createdAtMs), settings };
}

/**
 * A requirement file with its status.
 * @param open the task that has it, undefined if none
 * @param undelivered branch that resolves these very bytes, null if none
 */
export function toRequirementView(
  info: RequirementInfo,
  open: { task: TaskId; batch: BatchId; status: TaskStatus } | undefined,
  undelivered: string | null,
): RequirementView {
  return {
    ...info,
    status: open?.status === 'idle' ? 'queued' : (open?.status ?? 'idle'),
    taskId: open?.task ?? null,
    batchId: open?.batch ?? null,
    undelivered,
  };
}

/**
 * What a command did, in words.
 * @param ended the hold that the command ended; absent: none
 */
export function toAnswerView(answer: CommandAnswer, ended?: HoldReason): CommandAnswerView {
  const { result, status, running } = answer;
  if (result === 'superseded') return { ...answer, message: `A later command was applied already; it is ${status}.` };
  const still = running === null ? '' : `; task ${running} is still at work`;
  const again = ended === undefined ? '' : `; its hold (${ended.replaceAll('_', ' ')}) is over, it is tried again now`;
  return { result, status, running, message: `It is ${status}${still}${again}.` };
}

/** A journal event. */
export function toEventView(event: JournalEvent): EventView {
  return { ...event, data: { ...event.data } };
}
