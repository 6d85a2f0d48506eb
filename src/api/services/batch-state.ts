/** The state that a batch's workflow is created with. */
import type { InstallationId, ProjectId } from '../../contracts/ids.ts';
import type { BatchHead } from '../../contracts/record.ts';
import type { BatchState, TaskState } from '../../contracts/state.ts';
import { NAMED_TASKS, RANK_STEP } from '../../domain/batch-state.ts';
import type { BatchRow, NewBatch, TaskDefinition } from '../../store/store.ts';

/** Head of a batch that nothing has happened to. */
export function initialHead(
  batch: Pick<BatchRow, 'id' | 'name' | 'host' | 'project' | 'epoch' | 'flags'>,
  installation: InstallationId,
): BatchHead {
  return {
    v: 1,
    installation,
    batch: batch.id,
    host: batch.host,
    epoch: batch.epoch,
    name: batch.name,
    project: batch.project,
    onFailure: batch.flags.onFailure ?? 'continue',
    status: 'idle',
    hold: null,
    workspaces: {},
    seq: 0,
    commandNumber: 0,
    answers: [],
    startedAtMs: null,
    completedAtMs: null,
    closing: false,
    probes: 0,
    notes: [],
  };
}

/** The whole first state. */
export function initialState(batch: NewBatch, installation: InstallationId): BatchState {
  const named = batch.tasks.length <= NAMED_TASKS;
  return {
    ...initialHead(batch, installation),
    tasks: toTaskStates(batch.tasks, { first: batch.project, firstRank: 0, named }),
    details: {},
  };
}

/** Tasks as a workflow takes them; `named`: for small batches the state carries names. */
export function toTaskStates(
  tasks: readonly TaskDefinition[],
  place: { readonly first: ProjectId; readonly firstRank: number; readonly named: boolean },
): TaskState[] {
  return tasks.map((task, index) => ({
    id: task.id,
    ...(place.named ? { name: task.name } : {}),
    ...(task.project === place.first ? {} : { project: task.project }),
    ...(task.kind === 'requirement' ? {} : { kind: task.kind }),
    status: 'idle',
    rank: place.firstRank + index * RANK_STEP,
  }));
}
