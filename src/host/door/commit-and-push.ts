/** Commits and pushes a checkout because the user asks for it. */
import type {
  CommitAndPushRequest,
  CommitAndPushResult,
  GitStep,
  GitStepResult,
} from '../../contracts/host-door-git.ts';
import { renderMessage } from '../../domain/commit-message.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Masker } from '../../platform/masking.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { add, commit, openCheckout, push } from '../git/user-steps.ts';
import type { UserCheckout, UserStepResult } from '../git/user-steps.ts';
import { refuseTakenCheckout } from '../tasks/checkout-claim.ts';

const MAX_OUTPUT = 4000;

/** See `GitDoor.commitAndPush`. */
export async function commitAndPush(
  { paths, clock, masker }: { readonly paths: StatePaths; readonly clock: Pick<Clock, 'now'>; readonly masker: Masker },
  projectPath: string,
  request: CommitAndPushRequest,
): Promise<CommitAndPushResult> {
  refuseTakenCheckout(paths, request.project, projectPath);
  const checkout = await openCheckout(projectPath);
  const { branch } = checkout;
  const { requirementName, projectName } = request;
  const fields = { requirementName, projectName, branch, timestamp: new Date(clock.now()).toISOString() };
  const commitMessage = renderMessage(request.commitMessage, { ...fields, commitMessage: '' });
  const results: GitStepResult[] = [];
  const done = { commit: false, pushed: false, rebased: false };
  for (const step of request.steps) {
    if (results.some(({ status }) => status === 'failed')) {
      results.push({ status: 'skipped', output: '' });
      continue;
    }
    const { status, output, rebased } = await doStep(checkout, step, (template) =>
      renderMessage(template, { ...fields, commitMessage }),
    );
    results.push({ status, output: masker.maskText(output.slice(-MAX_OUTPUT)) });
    done.rebased ||= rebased;
    if (status === 'done' && step.kind === 'commit') done.commit = true;
    if (status === 'done' && step.kind === 'push') done.pushed = true;
  }
  // After a rebase it has another sha than when it was made.
  const sha = done.commit ? (await checkout.git.run(['rev-parse', 'HEAD'])).trim() : null;
  return { results, branch, commit: sha, pushed: done.pushed, rebased: done.rebased };
}

function doStep(checkout: UserCheckout, step: GitStep, render: (template: string) => string): Promise<UserStepResult> {
  switch (step.kind) {
    case 'add':
      return add(checkout.git, step.what);
    case 'commit':
      return commit(checkout.git, render(step.message), step.all);
    case 'push':
      return push(checkout, step);
  }
}
