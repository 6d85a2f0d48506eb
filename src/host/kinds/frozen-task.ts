/** A task's kind and parameters as they lie on the host: canonical JSON under its sha256. */
import { z } from 'zod';
import { canonicalJson } from '../../contracts/canonical-json.ts';
import { AppError } from '../../contracts/errors.ts';
import type { FrozenTask, TaskToFreeze } from '../../contracts/host-door-kinds.ts';
import { toKind } from '../../contracts/kinds.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import { freezeBytes, readFrozen } from '../requirements/freeze.ts';

const FrozenSchema = z.object({ kind: z.string(), params: z.record(z.string(), z.unknown()) });

/** Keeps a task in `inputs` (a folder of the state directory). Idempotent. */
export async function freezeTask(inputs: string, { kind, params }: TaskToFreeze): Promise<FrozenTask> {
  const sha256 = await freezeBytes(inputs, Buffer.from(canonicalJson({ kind, params }), 'utf8'));
  return { kind, params, sha256 };
}

/**
 * Parameters of an order's task, as they were frozen.
 * @throws AppError requirement_not_found (not kept here), requirement_invalid (damaged), order_refused (of another kind)
 */
export async function readFrozenParams(inputs: string, order: WorkOrder): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await readFrozen(inputs, order.input.sha256);
  const frozen = FrozenSchema.parse(JSON.parse(bytes.toString('utf8')));
  if (toKind(frozen.kind) === order.kind) return frozen.params;
  throw new AppError('order_refused', `The order is of kind ${order.kind}, what it names is of kind ${frozen.kind}.`, {
    details: { reason: 'kind' },
  });
}
