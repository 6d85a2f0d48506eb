/** An attempt at a task: what it knows, how it may end. Runs in the workflow sandbox. */
import { traitsOf } from '../contracts/kinds.ts';
import type { WorkOrder } from '../contracts/order.ts';
import type { TaskFailureCode } from '../contracts/outcome.ts';
import type { TaskDetails, TaskState, WorkspaceState } from '../contracts/state.ts';
import type { Step } from '../contracts/vocabulary.ts';
import type { Decision } from '../domain/decide.ts';
import { editedPolicy } from '../domain/edit-batch.ts';
import type { BatchRun } from './batch-run.ts';

/** How an attempt ended, before anything is done about it. */
export type AttemptEnd =
  | { readonly kind: 'committed'; readonly commit: string | null }
  | { readonly kind: 'failed'; readonly code: TaskFailureCode; readonly message: string; readonly step: Step }
  | { readonly kind: 'decided'; readonly decision: Exclude<Decision, { kind: 'verify' | 'continue' | 'fail' }> }
  | { readonly kind: 'stopped' };

/** An attempt under way. */
export interface Attempt {
  readonly run: BatchRun;
  readonly task: TaskState;
  readonly details: TaskDetails;
  readonly order: WorkOrder;
  readonly workspace: WorkspaceState;
}

/** The end of an attempt that failed in `step`. */
export function failed(code: TaskFailureCode, message: string, step: Step): AttemptEnd {
  return { kind: 'failed', code, message, step };
}

/**
 * Only an agent can be asked again, or told to repair what it did: a command that failed has failed. An answer is asked
 * for once more in the same session.
 */
export function policyOf(run: BatchRun, task: TaskState, workspace: WorkspaceState): WorkspaceState['policy'] {
  const policy = editedPolicy(workspace.policy, run.state.edits);
  const { runs, changes } = traitsOf(task.kind ?? 'requirement');
  if (changes === 'never') return { ...policy, maxFixes: 1 };
  if (runs === 'agent') return policy;
  return { ...policy, maxAttempts: 1, maxFixes: 0 };
}
