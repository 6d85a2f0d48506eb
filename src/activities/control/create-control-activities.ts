/** The activities of the control worker: they have the database and no host. */
import type { BatchId, InstallationId } from '../../contracts/ids.ts';
import { AppError } from '../../contracts/errors.ts';
import type { OrderBody, WorkOrder } from '../../contracts/order.ts';
import type { TransferVerdict } from '../../contracts/state.ts';
import type { SettingsOverrides } from '../../contracts/settings.ts';
import { orderMac } from '../../host/orders/order-mac.ts';
import type { Clock } from '../../platform/clock.ts';
import type { BatchRow, Store } from '../../store/store.ts';
import type { BatchClient } from '../../temporal/batches.ts';
import type { LaneClient } from '../../temporal/lanes.ts';
import type { ControlActivities } from '../types.ts';
import { withFailures } from '../to-failure.ts';
import { failpoint } from '../../platform/failpoint.ts';

/** What they need. */
export interface ControlDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly installation: InstallationId;
  /** Signs work orders. */
  readonly secret: string;
  readonly lanes: Pick<LaneClient, 'request'>;
  readonly batches: Pick<BatchClient, 'life'>;
}

/** An order is good for a week: longer than any wait for a limit, shorter than for ever. */
const ORDER_LIFE_MS = 7 * 24 * 3_600_000;

/** Creates them. */
export function createControlActivities(dependencies: ControlDependencies): ControlActivities {
  const { store, clock } = dependencies;
  return withFailures<ControlActivities>({
    loadOrder: (input) => loadOrder(dependencies, input),
    record: async (record) => {
      failpoint('record:before');
      const written = await store.record(record, clock.now()).catch(sooner);
      failpoint('record:after');
      return written;
    },
    requestLane: ({ host, request }) => dependencies.lanes.request(host, request),
    transferFate: (input) => transferFate(dependencies, input),
    batchesOf: ({ batches }) => Promise.all(batches.map((batch) => dependencies.batches.life(batch))),
  });
}

/** A full disk is no reason to give up what only the workflow knows: it is for the caller to say how long it is tried. */
function sooner(error: unknown): never {
  if (!AppError.is(error) || error.category !== 'environment') throw error;
  const { message, details } = error;
  throw new AppError('database_unreachable', message, { cause: error, details: { ...details, code: error.code } });
}

async function loadOrder(
  { store, clock, installation, secret }: ControlDependencies,
  { batch, task, attempt, epoch }: Parameters<ControlActivities['loadOrder']>[0],
): Promise<WorkOrder> {
  const [taskRow, batchRow] = await Promise.all([store.tasks.get(task), store.batches.get(batch)]);
  if (taskRow === null || batchRow === null) throw new AppError('task_not_found', `The database has no task ${task}.`);
  if (epoch < batchRow.epoch) throw reopenedElsewhere(batchRow);
  const project = await store.projects.get(taskRow.definition.project);
  if (project === null) throw new AppError('project_not_found', `Project ${taskRow.definition.project} was removed.`);
  const body: OrderBody = {
    v: 1,
    installation,
    host: batchRow.host,
    batch,
    batchName: batchRow.name,
    task,
    attempt,
    epoch,
    kind: taskRow.definition.kind,
    project: project.id,
    projectName: project.name,
    projectPath: project.path,
    trustedSha256: project.trustedSha256,
    input: { name: taskRow.definition.name, sha256: taskRow.definition.sha256 },
    overrides: mergeOverrides(project.settings, batchRow.flags),
    notAfter: new Date(clock.now() + ORDER_LIFE_MS).toISOString(),
  };
  failpoint('load-order:after');
  return { ...body, mac: orderMac(body, secret) };
}

/** A workflow that was left behind in another Temporal gets no more work. */
function reopenedElsewhere({ id, epoch }: BatchRow): AppError {
  return new AppError('order_refused', `Batch ${id} was opened again in another Temporal (epoch ${epoch}).`, {
    details: { reason: 'epoch', epoch },
  });
}

/** A closed batch recorded which transfers it took before it closed; its last record is awaited. */
async function transferFate(
  { store, batches }: ControlDependencies,
  { batch, transferId }: { batch: BatchId; transferId: string },
): Promise<TransferVerdict | null> {
  if ((await batches.life(batch)) === 'open') return null;
  const row = await store.batches.get(batch);
  return row?.head?.received.find(([id]) => id === transferId)?.[1] ?? 'refused';
}

/** Flags over dashboard settings, group by group; the host merges the result over its files. */
function mergeOverrides(dashboard: SettingsOverrides, flags: SettingsOverrides): SettingsOverrides {
  const merged: Record<string, unknown> = { ...dashboard };
  for (const [key, value] of Object.entries(flags)) {
    const below = merged[key];
    merged[key] = isGroup(below) && isGroup(value) ? { ...below, ...value } : value;
  }
  return merged;
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
