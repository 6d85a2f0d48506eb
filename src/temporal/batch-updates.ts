/** Sends one command to a batch workflow and stays with it over continue-as-new. */
import type { Client } from '@temporalio/client';
import type { BatchId } from '../contracts/ids.ts';
import type { CommandAnswer } from '../contracts/state.ts';
import type { BatchUpdates } from '../domain/commands.ts';
import { batchUpdates } from '../workflows/messages.ts';
import { callWithRetries, hasEnded, translateCallError } from './batch-errors.ts';

/** Names of the commands. */
export type BatchUpdateName = keyof BatchUpdates;

/** Payload of a command. */
export type CommandOf<Name extends BatchUpdateName> = BatchUpdates[Name];

/** What became of a command: answered by the workflow, or the workflow has ended and nothing was done. */
export type UpdateOutcome = { readonly kind: 'answered'; readonly answer: CommandAnswer } | { readonly kind: 'closed' };

/** The batch that is meant. */
export interface UpdateTarget {
  readonly client: Client;
  readonly batch: BatchId;
  readonly workflowId: string;
  /** For all goes together. */
  readonly timeoutMs: number;
}

/**
 * Executes the update with the command's id as update id, so that every repetition is the same update, also for the
 * server.
 * @throws AppError the code of the refusal, no_worker, temporal_unreachable, batch_not_found
 */
export async function updateBatch<Name extends BatchUpdateName>(
  target: UpdateTarget,
  name: Name,
  command: CommandOf<Name>,
): Promise<UpdateOutcome> {
  const { client, batch, workflowId, timeoutMs } = target;
  const handle = client.workflow.getHandle(workflowId);
  const options: { args: [CommandOf<Name>]; updateId: string } = { args: [command], updateId: command.commandId };
  try {
    const answer = await callWithRetries(client, timeoutMs, () =>
      handle.executeUpdate<CommandAnswer, [CommandOf<Name>]>(batchUpdates[name].name, options),
    );
    return { kind: 'answered', answer };
  } catch (error) {
    if (hasEnded(error)) return { kind: 'closed' };
    throw await translateCallError(client, `batch ${batch}`, error);
  }
}
