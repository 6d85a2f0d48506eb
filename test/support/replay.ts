/** Recorded histories: how they are taken and replayed. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import type { BatchId, InstallationId } from '../../src/contracts/ids.ts';
import { batchWorkflowId } from '../../src/contracts/names.ts';
import type { TemporalClient } from '../../src/temporal/connection.ts';
import { workflowBundlePath } from '../../src/worker/workflow-bundle.ts';

/** Where the recorded histories lie. */
export const HISTORIES = fileURLToPath(new URL('../replay/histories', import.meta.url));

/** The history of a batch's present execution, or of the execution `runId`, as the JSON that Temporal's tools read. */
export async function takeHistory(
  temporal: TemporalClient,
  installation: InstallationId,
  batch: BatchId,
  runId?: string,
): Promise<string> {
  return await takeWorkflow(temporal, batchWorkflowId(installation, batch), runId);
}

/** The same of any workflow. */
export async function takeWorkflow(temporal: TemporalClient, workflowId: string, runId?: string): Promise<string> {
  return historyToJSON(await temporal.client.workflow.getHandle(workflowId, runId).fetchHistory());
}

/** Replays a history against the present workflow code. @throws Error when the code would do something else */
export async function replay(json: string): Promise<void> {
  const history: unknown = JSON.parse(json);
  await Worker.runReplayHistory({ workflowBundle: { codePath: await workflowBundlePath() } }, history, 'replayed');
}

/** Names of the recorded histories. */
export async function recordedHistories(): Promise<string[]> {
  return (await readdir(HISTORIES)).filter((name) => name.endsWith('.json')).toSorted();
}

/** One of them. */
export function readHistory(name: string): Promise<string> {
  return readFile(`${HISTORIES}/${name}`, 'utf8');
}
