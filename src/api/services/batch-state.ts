/** The state that a batch's workflow is created with. */
import { soloTaskOf } from '../../contracts/ids.ts';
import type { InstallationId, ProjectId } from '../../contracts/ids.ts';
import type { BatchHead } from '../../contracts/record.ts';
import type { BatchState, TaskState } from '../../contracts/state.ts';
import { NAMED_TASKS, RANK_STEP } from '../../domain/batch-state.ts';
import { newBatchState } from '../../domain/new-batch.ts';
import type { BatchRow, NewBatch, TaskDefinition } from '../../store/store.ts';

/** What is known of a batch before its workflow exists. */
export interface BatchOrigin {
  readonly batch: Pick<BatchRow, 'id' | 'name' | 'host' | 'project' | 'epoch' | 'flags' | 'createdAtMs'>;
  readonly installation: InstallationId;
  /** Account of the agent by project id. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Likewise its agents, where there is a choice. */
  readonly agents?: BatchState['agents'];
}

/** Head of a batch that nothing has happened to. */
export function initialHead(origin: BatchOrigin): BatchHead {
  const { tasks: _tasks, details: _details, ...head } = newState(origin, []);
  return head;
}

/** The whole first state. */
export function initialState(origin: BatchOrigin & { readonly batch: NewBatch }): BatchState {
  const { batch } = origin;
  const named = batch.tasks.length <= NAMED_TASKS;
  return newState(origin, toTaskStates(batch.tasks, { first: batch.project, firstRank: 0, named }));
}

function newState({ batch, installation, accounts, agents }: BatchOrigin, tasks: readonly TaskState[]): BatchState {
  const { id, name, host, project, epoch, flags } = batch;
  const onFailure = flags.onFailure ?? 'continue';
  const known = agents === undefined ? { accounts } : { accounts, agents };
  const state = newBatchState({ installation, batch: id, host, epoch, name, project, onFailure, ...known, tasks });
  return soloTaskOf(id) === null ? state : begun(state, batch.createdAtMs);
}

/** A task by itself needs nobody to start it: it runs as soon as it exists. */
function begun(state: BatchState, atMs: number): BatchState {
  const tasks = state.tasks.map((task) => ({ ...task, status: 'queued' as const }));
  return { ...state, status: 'running', startedAtMs: atMs, tasks };
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
    ...task.needs,
  }));
}
