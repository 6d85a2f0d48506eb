/** The state of a batch at its creation. Pure. */
import type { BatchState, TaskState } from '../contracts/state.ts';

/** What is known of a batch when it is made. */
export interface BatchSeed extends Pick<
  BatchState,
  'installation' | 'batch' | 'host' | 'project' | 'epoch' | 'name' | 'onFailure' | 'accounts' | 'agents'
> {
  readonly tasks: readonly TaskState[];
}

/** The state a batch workflow is started with. */
export function newBatchState({ tasks, ...seed }: BatchSeed): BatchState {
  return {
    v: 1,
    ...seed,
    status: 'idle',
    hold: null,
    tasks: tasks.map((task) => ({ ...task })),
    details: {},
    lane: { status: 'none', request: 0, wait: null, probe: false },
    transfers: {},
    parking: [],
    received: [],
    pendingHold: null,
    skipAccount: false,
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
