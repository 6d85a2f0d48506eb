/** Results of tasks: fetched from the host when somebody asks, and kept from then on. */
import { isFinalTaskStatus } from '../../contracts/vocabulary.ts';
import { traitsOf } from '../../contracts/kinds.ts';
import type { TaskRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';

/** What the task left; null: nothing, or nothing yet. A host that is away is tried again the next time. */
export async function resultOf({ store, door }: Pick<ApiDeps, 'store' | 'door'>, row: TaskRow): Promise<unknown> {
  const { id, kind } = row.definition;
  const { attempt, status } = row.state;
  if (!traitsOf(kind).hasResult || attempt === undefined) return null;
  const known = await store.tasks.result(id);
  if (known !== null || !isFinalTaskStatus(status)) return known;
  const found = await door.taskResult(id, attempt).catch(() => null);
  if (found !== null) await store.tasks.setResult(id, found);
  return found;
}
