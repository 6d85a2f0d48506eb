/** Finds what a request names. */
import { AppError } from '../../contracts/errors.ts';
import { isId } from '../../contracts/ids.ts';
import type { ProjectId } from '../../contracts/ids.ts';
import type { BatchRow, ProjectRow, Store, TaskRow } from '../../store/store.ts';

/** A registered project. @throws AppError project_not_found */
export async function findProject(store: Store, id: string): Promise<ProjectRow> {
  const row = isId('project', id) ? await store.projects.get(id) : null;
  if (row === null) throw new AppError('project_not_found', `There is no project ${shown(id)}.`);
  return row;
}

/** A batch that its workflow confirmed and nobody deleted. @throws AppError batch_not_found */
export async function findBatch(store: Store, id: string): Promise<BatchRow> {
  const row = await findAnyBatch(store, id);
  if (row.deletedAtMs === null) return row;
  throw new AppError('batch_not_found', `Batch ${row.name} (${row.id}) was deleted.`, {
    details: { next: `nightloom batch restore ${row.id}` },
  });
}

/** As {@link findBatch}, deleted or not. @throws AppError batch_not_found */
export async function findAnyBatch(store: Store, id: string): Promise<BatchRow> {
  const row = isId('batch', id) ? await store.batches.get(id) : null;
  if (row === null || row.status === 'creating')
    throw new AppError('batch_not_found', `There is no batch ${shown(id)}.`);
  return row;
}

/** A task. @throws AppError task_not_found */
export async function findTask(store: Store, id: string): Promise<TaskRow> {
  const row = isId('task', id) ? await store.tasks.get(id) : null;
  if (row === null) throw new AppError('task_not_found', `There is no task ${shown(id)}.`);
  return row;
}

/** All registered projects by id. */
export async function projectsById(store: Store): Promise<Map<ProjectId, ProjectRow>> {
  return new Map((await store.projects.list()).map((row) => [row.id, row]));
}

function shown(id: string): string {
  return id.length > 50 ? `${id.slice(0, 50)}...` : id;
}
