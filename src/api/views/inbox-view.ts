/** Entries of the inbox, and tasks with what the user has seen of them, as callers see them. */
import { soloTaskOf } from '../../contracts/ids.ts';
import type { InboxEntry, ListedTask } from '../../contracts/inbox-routes.ts';
import type { TaskView } from '../../contracts/views.ts';
import type { InboxRow } from '../../store/inbox-store.ts';
import type { TaskRow } from '../../store/store.ts';
import { instant, nullableInstant } from './instants.ts';
import { originOf } from './task-view.ts';

/** One entry. */
export function toInboxEntry(row: InboxRow, projectName: string): InboxEntry {
  const entry = {
    id: row.id,
    at: instant(row.atMs),
    batchId: row.batch,
    batchName: row.batchName,
    projectId: row.project,
    projectName,
    readAt: nullableInstant(row.readAtMs),
    deletedAt: nullableInstant(row.deletedAtMs),
  };
  if (row.source === 'notice') {
    const { source, notice, message, resolvedAtMs } = row;
    return { ...entry, source, notice, message, resolvedAt: nullableInstant(resolvedAtMs) };
  }
  const { source, task: taskId, batch, kind, status, name, title, failure } = row;
  // A task of a batch keeps in that column what it needs.
  const context = soloTaskOf(batch) === null || row.context === null ? null : { ...row.context };
  return { ...entry, source, taskId, kind, status, name, title, failure, context };
}

/** A task in a list. */
export function toListedTask(view: TaskView, row: TaskRow): ListedTask {
  return {
    ...view,
    type: view.kind,
    ...originOf(row),
    createdAt: instant(row.createdAtMs),
    readAt: nullableInstant(row.readAtMs),
    deletedAt: nullableInstant(row.dismissedAtMs),
  };
}
