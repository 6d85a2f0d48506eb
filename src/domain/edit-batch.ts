/** What can be changed of a batch while it lives. Runs in the workflow sandbox: pure, synchronous. */
import type { BatchEdits, BatchState, Policy } from '../contracts/state.ts';
import type { OnFailure } from '../contracts/vocabulary.ts';
import type { Command, Refusal } from './commands.ts';

/** The part of a batch that can be edited. */
export interface EditableBatch {
  readonly name: string;
  readonly onFailure: OnFailure;
  /** null: as the project's settings say. */
  readonly attempts: number | null;
  readonly maxFixes: number | null;
  readonly onUsageLimit: Policy['onUsageLimit'] | null;
}

/** What is to be changed; absent: stays. */
export interface EditCommand extends Command {
  readonly change: Partial<EditableBatch>;
  /** The state that the change is made from; null: whatever it is. */
  readonly from: EditableBatch | null;
}

/** As the batch is now. */
export function editableOf({
  name,
  onFailure,
  edits,
}: Pick<BatchState, 'name' | 'onFailure'> & { readonly edits?: BatchEdits }): EditableBatch {
  const { attempts = null, maxFixes = null, onUsageLimit = null } = edits ?? {};
  return { name, onFailure, attempts, maxFixes, onUsageLimit };
}

/** Check of an edit. */
export function checkEdit(state: BatchState, { from }: EditCommand): Refusal | null {
  if (state.closing) return { code: 'batch_closing', message: `Batch ${state.batch} is just closing.` };
  if (from === null || isSame(editableOf(state), from)) return null;
  return { code: 'changed_meanwhile', message: `Batch ${state.batch} was edited meanwhile.` };
}

/** Name, what follows a failure, and limits; they hold from the next decision on. */
export function applyEdit(
  state: Pick<BatchState, 'name' | 'onFailure' | 'edits'>,
  change: EditCommand['change'],
): void {
  const { name, onFailure, attempts, maxFixes, onUsageLimit } = { ...editableOf(state), ...change };
  state.name = name;
  state.onFailure = onFailure;
  if (attempts !== null || maxFixes !== null || onUsageLimit !== null)
    state.edits = { attempts, maxFixes, onUsageLimit };
  else delete state.edits;
}

/** The policy of a project in a batch that was edited. */
export function editedPolicy(policy: Policy, edits: BatchEdits | undefined): Policy {
  return {
    ...policy,
    maxAttempts: edits?.attempts ?? policy.maxAttempts,
    maxFixes: edits?.maxFixes ?? policy.maxFixes,
    onUsageLimit: edits?.onUsageLimit ?? policy.onUsageLimit,
  };
}

function isSame(now: EditableBatch, from: EditableBatch): boolean {
  return (
    now.name === from.name &&
    now.onFailure === from.onFailure &&
    now.attempts === from.attempts &&
    now.maxFixes === from.maxFixes &&
    now.onUsageLimit === from.onUsageLimit
  );
}
