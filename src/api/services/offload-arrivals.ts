/** Where the tasks of an offload are: looks at the projection until each has arrived, or for a while. */
import { setTimeout } from 'node:timers/promises';
import type { TaskId } from '../../contracts/ids.ts';
import type { OffloadAnswer } from '../../contracts/lifecycle-routes.ts';
import { isFinalTaskStatus } from '../../contracts/vocabulary.ts';
import type { BatchRow, TaskRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';

/** Longest wait of an answer; what has not arrived by then is `pending`. */
const MAX_WAIT_MS = 3000;
const POLLS_MS = [10, 20, 40, 80, 160] as const;

/** An offload that was accepted by its source. */
export interface Departure {
  readonly source: BatchRow;
  readonly target: BatchRow;
  readonly commandId: string;
  readonly taskIds: readonly TaskId[];
  /** The source's rows before the command. */
  readonly before: readonly TaskRow[];
}

type Arrival = OffloadAnswer['tasks'][number];

/** In which batch each task is, after at most 3 s. */
export async function arrivals(deps: Pick<ApiDeps, 'store'>, departure: Departure): Promise<Arrival[]> {
  const deadlineMs = performance.now() + MAX_WAIT_MS;
  for (let polls = 0; ; polls += 1) {
    const isLast = performance.now() >= deadlineMs;
    const found = await look(deps, departure, isLast);
    if (isLast || found.every((task) => task.result !== 'pending')) return found;
    await setTimeout(POLLS_MS[Math.min(polls, POLLS_MS.length - 1)]);
  }
}

async function look({ store }: Pick<ApiDeps, 'store'>, departure: Departure, isLast: boolean): Promise<Arrival[]> {
  const { source, target, commandId, taskIds, before } = departure;
  const [from, there, here] = await Promise.all([
    store.batches.get(source.id),
    store.tasks.ofBatch(target.id),
    store.tasks.ofBatch(source.id),
  ]);
  const leaving = leavingTasks(from, commandId);
  const hops = new Map(before.map((row) => [row.definition.id, row.state.hops ?? 0]));
  const nameOf = (id: TaskId): string =>
    [...before, ...there].find((row) => row.definition.id === id)?.definition.name ?? id;
  return taskIds.map((id): Arrival => {
    const task = { taskId: id, name: nameOf(id) };
    if (there.some((row) => row.definition.id === id))
      return { ...task, batchId: target.id, result: 'moved', reason: null };
    const row = here.find((each) => each.definition.id === id);
    const stayed = leaving?.has(id) === false ? whyStayed(row, hops.get(id) ?? 0, target, isLast) : null;
    if (stayed !== null) return { ...task, batchId: source.id, result: 'stayed', reason: stayed };
    const reason = leaving?.has(id) === true ? 'on its way' : 'the projection is behind';
    return { ...task, batchId: source.id, result: 'pending', reason };
  });
}

/** What has not left yet, or is not acknowledged; null while the command is not recorded. */
function leavingTasks(row: BatchRow | null, commandId: string): Set<TaskId> | null {
  const { head } = row ?? {};
  if (head?.answers.some(([id]) => id === commandId) !== true) return null;
  const isOurs = (transferId: string): boolean => transferId.startsWith(`${commandId}#`);
  const open = Object.entries(head.transfers).filter(([id]) => isOurs(id));
  const parked = head.parking.filter((each) => isOurs(each.transferId));
  return new Set([
    ...open.flatMap(([, transfer]) => transfer.tasks.map((task) => task.state.id)),
    ...parked.flatMap((each) => each.taskIds),
  ]);
}

/** Why a task is in the source although nothing of it is under way; null: nobody can say yet. */
function whyStayed(row: TaskRow | undefined, hopsBefore: number, target: BatchRow, isLast: boolean): string | null {
  if (row === undefined) return null;
  if (isFinalTaskStatus(row.state.status)) return `it is ${row.state.status}`;
  if ((row.state.hops ?? 0) > hopsBefore) return `batch ${target.name} did not take it`;
  return isLast ? 'its work could not be kept for the move; see the notes of the batch' : null;
}
