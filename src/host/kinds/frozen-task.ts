/** A task's kind and parameters as they lie on the host: canonical JSON under its sha256. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { FrozenTask, TaskToFreeze } from '../../contracts/host-door-kinds.ts';
import { freezeBytes } from '../requirements/freeze.ts';

/** Keeps a task in `inputs` (a folder of the state directory). Idempotent. */
export async function freezeTask(inputs: string, { kind, params }: TaskToFreeze): Promise<FrozenTask> {
  const sha256 = await freezeBytes(inputs, Buffer.from(canonicalJson({ kind, params }), 'utf8'));
  return { kind, params, sha256 };
}
