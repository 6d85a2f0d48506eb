/** What a task about GitHub is about. */
import { KIND_PARAMS } from '../../../contracts/kind-params.ts';
import { traitsOf } from '../../../contracts/kinds.ts';
import type { WorkOrder } from '../../../contracts/order.ts';
import type { StatePaths } from '../../../platform/paths.ts';
import { readFrozenParams } from '../frozen-task.ts';

/** A task by its kind; `number` is that of the issue or pull request. */
export type GithubTask =
  | { readonly kind: 'process-issue'; readonly number: number }
  | { readonly kind: 'process-comment'; readonly number: number; readonly comment: number }
  | {
      readonly kind: 'process-pr';
      readonly number: number;
      readonly action: 'opened' | 'synchronize' | 'closed';
    };

/**
 * The task of an order; null: of another kind.
 * @throws AppError requirement_not_found (what was frozen is gone), requirement_invalid (damaged), order_refused
 */
export async function readGithubTask(paths: Pick<StatePaths, 'inputs'>, order: WorkOrder): Promise<GithubTask | null> {
  const { kind } = order;
  if (!traitsOf(kind).prepares) return null;
  const params = await readFrozenParams(paths.inputs, order);
  if (kind === 'process-issue')
    return { kind: 'process-issue', number: KIND_PARAMS['process-issue'].parse(params).issueNumber };
  if (kind === 'process-pr') {
    const { prNumber, action } = KIND_PARAMS['process-pr'].parse(params);
    return { kind: 'process-pr', number: prNumber, action };
  }
  const { issueNumber, comment } = KIND_PARAMS['process-comment'].parse(params);
  return { kind: 'process-comment', number: issueNumber, comment: comment.id };
}
