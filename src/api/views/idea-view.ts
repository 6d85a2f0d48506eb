/** Ideas and what was implemented, as callers see them. */
import type { IdeaView, ImplementationView } from '../../contracts/idea-routes.ts';
import type { IdeaRow, ImplementationRow } from '../../store/idea-store.ts';
import { instant, nullableInstant } from './instants.ts';

/** One idea. */
export function toIdeaView(row: IdeaRow, projectName: string): IdeaView {
  const { id, project, title, text, status, requirement, task } = row;
  return {
    id,
    projectId: project,
    projectName,
    title,
    text,
    status,
    requirementName: requirement,
    taskId: task,
    createdAt: instant(row.createdAtMs),
    updatedAt: instant(row.updatedAtMs),
    implementedAt: nullableInstant(row.implementedAtMs),
  };
}

/** One entry of the log. */
export function toImplementationView(row: ImplementationRow): ImplementationView {
  const { task, batch, project, kind, name, title, atMs, attempt, agent, session, commit, files } = row;
  return {
    taskId: task,
    batchId: batch,
    projectId: project,
    kind,
    name,
    title,
    at: instant(atMs),
    attempt,
    agent,
    sessionId: session,
    commit,
    files: files === null ? null : [...files],
  };
}
