/** What the API does with batch workflows: start, reopen, command, look. */
import type { Client, WorkflowStartOptions } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import type { BatchId, InstallationId } from '../contracts/ids.ts';
import { batchWorkflowId, batchWorkflowType, controlQueue, SEARCH_ATTRIBUTES } from '../contracts/names.ts';
import type { BatchState } from '../contracts/state.ts';
import type { Command, PauseCommand } from '../domain/commands.ts';
import { batchSignals, stateQuery } from '../workflows/messages.ts';
import { callWithRetries, notFound, translateCallError } from './batch-errors.ts';
import { updateBatch } from './batch-updates.ts';
import type { BatchUpdateName, CommandOf, UpdateOutcome } from './batch-updates.ts';

/** Deadline of every call: without one the client waits for ever. */
const CALL_TIMEOUT_MS = 5_000;

/** Texts of a batch in Temporal's Web UI. */
export interface BatchTexts {
  /** One line, at most 400 bytes. */
  readonly summary: string;
  /** Markdown, at most 20,000 bytes. */
  readonly details: string;
}

/** How a batch's workflow is. */
export interface BatchDescription {
  /** False once it completed, failed, or was terminated: an update or signal no longer reaches it. */
  readonly open: boolean;
  /** Temporal's word: RUNNING, COMPLETED, FAILED, CANCELLED, TERMINATED, TIMED_OUT, ... */
  readonly status: string;
  readonly runId: string;
  readonly startedAtMs: number;
  readonly closedAtMs: number | null;
}

/** Operations on the batch workflows of one installation. All throw AppError temporal_unreachable. */
export interface BatchClient {
  /**
   * Creates the workflow of a new batch. `exists`: there is or was one under this id, and nothing was done; a repeated
   * creation is answered so.
   */
  startWorkflow(state: BatchState, texts: BatchTexts): Promise<'started' | 'exists'>;
  /** Opens a closed batch again under the same id, with `state` as its input. `exists`: it is open already. */
  reopen(state: BatchState, texts: BatchTexts): Promise<'started' | 'exists'>;
  /** Opens a batch under its id whatever there is: an open workflow of an older epoch is terminated. */
  replace(state: BatchState, texts: BatchTexts): Promise<void>;
  /**
   * Sends a command and waits for its answer; `closed` when the workflow has ended. Repeating it with the same
   * `commandId` is safe.
   * @throws AppError the code of the refusal; no_worker (it may still be applied); batch_not_found
   */
  update<Name extends BatchUpdateName>(batch: BatchId, name: Name, command: CommandOf<Name>): Promise<UpdateOutcome>;
  /** Stores a pause that a worker applies when one is back. @throws AppError batch_not_found (also when it ended) */
  signalPause(batch: BatchId, command: PauseCommand): Promise<void>;
  /** Stores a cancel likewise. @throws AppError batch_not_found (also when it ended) */
  signalCancel(batch: BatchId, command: Command): Promise<void>;
  /** The workflow's state; also of an ended one. @throws AppError no_worker, batch_not_found */
  state(batch: BatchId): Promise<BatchState>;
  /** How the workflow is; null when Temporal does not know it. Needs no worker. */
  describe(batch: BatchId): Promise<BatchDescription | null>;
  /** The same in one word; `unknown` only if Temporal answered that there is none. Needs no worker. */
  life(batch: BatchId): Promise<'open' | 'closed' | 'unknown'>;
}

/** Binds the operations to a client and an installation. */
export function createBatchClient(options: {
  readonly client: Client;
  readonly installation: InstallationId;
  /** Deadline of each call, retries included; default 5,000. */
  readonly timeoutMs?: number;
}): BatchClient {
  const { client, installation, timeoutMs = CALL_TIMEOUT_MS } = options;
  const idOf = (batch: BatchId): string => batchWorkflowId(installation, batch);
  const handleOf = (batch: BatchId) => client.workflow.getHandle(idOf(batch));

  const call = async <Result>(batch: BatchId, request: () => Promise<Result>): Promise<Result> => {
    try {
      return await callWithRetries(client, timeoutMs, request);
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) throw error;
      throw await translateCallError(client, `batch ${batch}`, error);
    }
  };

  const create = async (
    state: BatchState,
    texts: BatchTexts,
    policies: Pick<WorkflowStartOptions, 'workflowIdReusePolicy' | 'workflowIdConflictPolicy'>,
  ): Promise<void> => {
    await call(state.batch, () =>
      client.workflow.start(batchWorkflowType(state.batch), {
        workflowId: idOf(state.batch),
        taskQueue: controlQueue(installation),
        args: [state],
        ...policies,
        typedSearchAttributes: searchAttributes(state),
        staticSummary: texts.summary,
        staticDetails: texts.details,
      }),
    );
  };

  const start = async (state: BatchState, texts: BatchTexts, reuse: 'REJECT_DUPLICATE' | 'ALLOW_DUPLICATE') => {
    try {
      await create(state, texts, { workflowIdConflictPolicy: 'FAIL', workflowIdReusePolicy: reuse });
      return 'started' as const;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'exists' as const;
      throw error;
    }
  };

  return {
    startWorkflow: (state, texts) => start(state, texts, 'REJECT_DUPLICATE'),
    reopen: (state, texts) => start(state, texts, 'ALLOW_DUPLICATE'),
    replace: (state, texts) =>
      create(state, texts, {
        workflowIdConflictPolicy: 'TERMINATE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      }),
    update: (batch, name, command) => updateBatch({ client, batch, workflowId: idOf(batch), timeoutMs }, name, command),
    signalPause: (batch, command) => call(batch, () => handleOf(batch).signal(batchSignals.pause, command)),
    signalCancel: (batch, command) => call(batch, () => handleOf(batch).signal(batchSignals.cancel, command)),
    state: (batch) => call(batch, () => handleOf(batch).query(stateQuery)),
    describe: (batch) => call(batch, () => describeBatch(client, idOf(batch))),
    life: (batch) => call(batch, () => lifeOf(client, idOf(batch))),
  };
}

async function lifeOf(client: Client, workflowId: string): Promise<'open' | 'closed' | 'unknown'> {
  const found = await describeBatch(client, workflowId);
  if (found === null) return 'unknown';
  return found.open ? 'open' : 'closed';
}

async function describeBatch(client: Client, workflowId: string): Promise<BatchDescription | null> {
  try {
    const found = await client.workflow.getHandle(workflowId).describe();
    return {
      open: found.status.name === 'RUNNING' || found.status.name === 'PAUSED',
      status: found.status.name,
      runId: found.runId,
      startedAtMs: found.startTime.getTime(),
      closedAtMs: found.closeTime?.getTime() ?? null,
    };
  } catch (error) {
    if (notFound(error)) return null;
    throw error;
  }
}

function searchAttributes(state: BatchState): SearchAttributePair[] {
  const attribute = (name: keyof typeof SEARCH_ATTRIBUTES, value: string): SearchAttributePair => ({
    key: defineSearchAttributeKey(name, SEARCH_ATTRIBUTES[name]),
    value,
  });
  return [
    attribute('NightloomPhase', state.status),
    attribute('NightloomHost', state.host),
    attribute('NightloomInstallation', state.installation),
    attribute('NightloomProject', state.project),
  ];
}
