/** What Temporal knows of the batches of an installation: for a database that lost them. */
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { BatchId, InstallationId } from '../contracts/ids.ts';
import { isId, soloBatchOf } from '../contracts/ids.ts';
import { WORKFLOW_TYPES } from '../contracts/names.ts';

/** A batch by its executions. */
export interface RecordedBatch {
  readonly batch: BatchId;
  /** When its first execution that Temporal still has began. */
  readonly firstStartedAtMs: number;
  /** Executions, oldest first: a long batch goes on in new ones. */
  readonly runIds: readonly string[];
}

/** All batches that the visibility of Temporal lists, oldest first. What is past the namespace's retention is gone. */
export async function recordedBatches(client: Client, installation: InstallationId): Promise<RecordedBatch[]> {
  const types = [WORKFLOW_TYPES.batch, WORKFLOW_TYPES.task].map((type) => `'${type}'`).join(', ');
  const query = `NightloomInstallation = '${installation}' AND WorkflowType IN (${types})`;
  const found = new Map<BatchId, { runId: string; startedAtMs: number }[]>();
  for await (const { workflowId, runId, startTime } of client.workflow.list({ query })) {
    const batch = batchOf(installation, workflowId);
    if (batch === null) continue;
    found.set(batch, [...(found.get(batch) ?? []), { runId, startedAtMs: startTime.getTime() }]);
  }
  return [...found]
    .map(([batch, runs]) => {
      const sorted = runs.toSorted((left, right) => left.startedAtMs - right.startedAtMs);
      return { batch, firstStartedAtMs: sorted[0]?.startedAtMs ?? 0, runIds: sorted.map(({ runId }) => runId) };
    })
    .toSorted((left, right) => left.firstStartedAtMs - right.firstStartedAtMs);
}

/** Inputs of all activities that one execution of a workflow scheduled, as they were sent; what cannot be read is left out. */
export async function activityInputs(client: Client, workflowId: string, runId: string): Promise<unknown[]> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const inputs: unknown[] = [];
  for (const event of events ?? []) {
    for (const payload of event.activityTaskScheduledEventAttributes?.input?.payloads ?? []) {
      try {
        inputs.push(defaultPayloadConverter.fromPayload(payload));
      } catch {
        // Of another program, or encoded by a codec: nothing of ours to learn from.
      }
    }
  }
  return inputs;
}

function batchOf(installation: InstallationId, workflowId: string): BatchId | null {
  const [owner, kind, id = ''] = workflowId.split(':');
  if (owner !== installation) return null;
  if (kind === 'batch' && isId('batch', id)) return id;
  return kind === 'task' && isId('task', id) ? soloBatchOf(id) : null;
}
