/** What the API asks of batch workflows; the composition root binds it to Temporal. */
import type { BatchId } from '../contracts/ids.ts';
import type { BatchState, CommandAnswer } from '../contracts/state.ts';
import type { BatchUpdates, Command, PauseCommand } from '../domain/commands.ts';

/** Signals that are the durable form of an update that no worker answered. */
export interface BatchSignals {
  readonly pause: PauseCommand;
  readonly cancel: Command;
}

/**
 * The batch workflows.
 *
 * `startWorkflow` succeeds if that batch's workflow is open already: a start that timed out may have worked.
 * `reopen` starts a new execution of a closed batch's workflow with that state; `exists` when it is open, and nothing was
 * done. Both answer once Temporal has it.
 * `exists` says `unknown` only if Temporal answered that there is none.
 * `update` waits for the answer of the workflow until a deadline of its own.
 *
 * All throw AppError temporal_unreachable; `update` also no_worker (it may still be applied), batch_not_found (not there
 * or closed) and the code of a refusal; `signal` and `reopen` batch_not_found or illegal_transition.
 */
export interface BatchCommands {
  startWorkflow(state: BatchState): Promise<void>;
  exists(batch: BatchId): Promise<'open' | 'closed' | 'unknown'>;
  reopen(state: BatchState): Promise<'started' | 'exists'>;
  update<Name extends keyof BatchUpdates>(
    batch: BatchId,
    name: Name,
    payload: BatchUpdates[Name],
  ): Promise<CommandAnswer>;
  signal<Name extends keyof BatchSignals>(batch: BatchId, name: Name, payload: BatchSignals[Name]): Promise<void>;
}
