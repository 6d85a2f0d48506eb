/** Binds what the API asks of batch workflows to Temporal. */
import type { BatchCommands } from '../api/batch-commands.ts';
import { AppError } from '../contracts/errors.ts';
import type { BatchState } from '../contracts/state.ts';
import { detailsTable } from '../domain/details-table.ts';
import type { BatchClient, BatchTexts } from '../temporal/batches.ts';

/** The API's commands over a client of batch workflows. */
export function bindBatches(client: BatchClient): BatchCommands {
  return {
    startWorkflow: async (state) => {
      await client.startWorkflow(state, textsOf(state));
    },
    exists: (batch) => client.life(batch),
    reopen: (state) => client.reopen(state, textsOf(state)),
    update: async (batch, name, payload) => {
      const outcome = await client.update(batch, name, payload);
      if (outcome.kind === 'answered') return outcome.answer;
      throw new AppError('batch_not_found', `The workflow of batch ${batch} has ended.`, { details: { batch } });
    },
    signal: async (batch, name, payload) => {
      if (name === 'pause' && 'now' in payload) await client.signalPause(batch, payload);
      else await client.signalCancel(batch, payload);
    },
  };
}

/** What Temporal's Web UI shows of a batch before it has run. */
export function textsOf(state: BatchState): BatchTexts {
  const count = state.tasks.length;
  const summary = `${state.name} · ${count} ${count === 1 ? 'task' : 'tasks'}`;
  return { summary: summary.slice(0, 120), details: detailsTable(state).slice(0, 15_000) };
}
