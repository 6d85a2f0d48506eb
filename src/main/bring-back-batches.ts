/** Brings a database up to what Temporal knows: batches by visibility, their state by query, tasks and projects by the orders in their histories. */
import type { BatchId, InstallationId, TaskId } from '../contracts/ids.ts';
import { isId } from '../contracts/ids.ts';
import { batchWorkflowId } from '../contracts/names.ts';
import type { OrderBody } from '../contracts/order.ts';
import type { SettingsOverrides } from '../contracts/settings.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { ProjectRow, Store, TaskDefinition } from '../store/store.ts';
import { createBatchClient } from '../temporal/batches.ts';
import type { TemporalClient } from '../temporal/connection.ts';
import { activityInputs, recordedBatches } from '../temporal/recorded-batches.ts';
import type { RecordedBatch } from '../temporal/recorded-batches.ts';

/** What it works with. A control worker of the installation must poll: it answers the queries. */
export interface BringBackOptions {
  readonly store: Store;
  readonly temporal: TemporalClient;
  readonly installation: InstallationId;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/** What came back and what did not. */
export interface BringBackResult {
  readonly batches: readonly BatchId[];
  /** Batches whose workflow did not tell its state, with the reason. */
  readonly lost: readonly { readonly batch: BatchId; readonly reason: string }[];
  readonly unnamed: readonly TaskId[];
  readonly withoutDetails: readonly TaskId[];
}

/** What the orders of a batch tell. */
interface Told {
  readonly definitions: Map<TaskId, TaskDefinition>;
  readonly projects: Map<string, ProjectRow>;
  flags: SettingsOverrides;
}

/** Brings every batch back, and says so in the journal. @throws AppError temporal_unreachable, database errors */
export async function bringBackBatches(options: BringBackOptions): Promise<BringBackResult> {
  const { store, temporal, installation, clock, logger } = options;
  const client = createBatchClient({ client: temporal.client, installation });
  const result = {
    batches: [] as BatchId[],
    lost: [] as { batch: BatchId; reason: string }[],
    unnamed: [] as TaskId[],
    withoutDetails: [] as TaskId[],
  };
  for (const recorded of await recordedBatches(temporal.client, installation)) {
    const { batch, firstStartedAtMs: createdAtMs } = recorded;
    try {
      const state = await client.state(batch);
      const { definitions, projects, flags } = await readOrders(options, recorded);
      const known = { state, createdAtMs, flags, definitions, projects: [...projects.values()] };
      const { unnamed, withoutDetails } = await store.bringBack(known, clock.now());
      result.batches.push(batch);
      result.unnamed.push(...unnamed);
      result.withoutDetails.push(...withoutDetails);
    } catch (err) {
      logger.warn({ err, batch }, 'a batch could not be brought back');
      result.lost.push({ batch, reason: err instanceof Error ? err.message : String(err) });
    }
  }
  await note(options, result);
  return result;
}

async function readOrders({ temporal, installation }: BringBackOptions, recorded: RecordedBatch): Promise<Told> {
  const told: Told = { definitions: new Map(), projects: new Map(), flags: {} };
  for (const runId of recorded.runIds) {
    const inputs = await activityInputs(temporal.client, batchWorkflowId(installation, recorded.batch), runId);
    for (const input of inputs) {
      const order = orderIn(input);
      if (order !== null) learn(told, order, recorded.firstStartedAtMs);
    }
  }
  return told;
}

function learn(told: Told, order: OrderBody, createdAtMs: number): void {
  const { task: id, project, kind, projectName, projectPath, host, trustedSha256, overrides } = order;
  const { name, sha256 } = order.input;
  // What it was called for people is in the frozen text, which the host has.
  told.definitions.set(id, { id, project, kind, name, title: name, sha256, params: {} });
  told.projects.set(project, {
    id: project,
    name: projectName,
    path: projectPath,
    host,
    settings: {},
    trustedSha256,
    createdAtMs,
  });
  told.flags = overrides;
}

/** The work order in an activity's input; null: there is none. Only its outline is looked at: we signed it. */
function orderIn(input: unknown): OrderBody | null {
  if (typeof input !== 'object' || input === null || !('order' in input)) return null;
  const { order } = input;
  return isOrder(order) ? order : null;
}

function isOrder(value: unknown): value is OrderBody {
  if (typeof value !== 'object' || value === null) return false;
  if (!('task' in value && 'project' in value && 'projectPath' in value && 'input' in value)) return false;
  return typeof value.task === 'string' && isId('task', value.task);
}

async function note({ store, clock }: BringBackOptions, result: BringBackResult): Promise<void> {
  const { batches, lost, unnamed, withoutDetails } = result;
  const atMs = clock.now();
  await store.events.append([
    {
      id: `database:rebuilt:${atMs}`,
      type: 'system.note',
      atMs,
      batch: null,
      task: null,
      data: {
        why: 'database rebuilt',
        note: `${batches.length === 1 ? '1 batch was' : `${batches.length} batches were`} brought back from Temporal`,
        batches: batches.length,
        lost: lost.length,
        unnamed: unnamed.length,
        withoutDetails: withoutDetails.length,
      },
    },
  ]);
}
