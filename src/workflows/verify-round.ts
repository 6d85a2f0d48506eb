/**
 * One verification and what follows from it. Runs in the workflow sandbox: changing the order of awaits breaks replay.
 */
import type { AgentGo } from '../contracts/host-work.ts';
import { traitsOf } from '../contracts/kinds.ts';
import { taskLabel } from '../domain/details-table.ts';
import { fixGo } from './agent-go.ts';
import { failed, policyOf } from './attempt.ts';
import type { Attempt, AttemptEnd } from './attempt.ts';
import { endRuns, updateAttempt } from './batch-run.ts';
import { failureOf } from './failures.ts';

/** What follows from a verification. */
export type VerifyNext =
  | { readonly kind: 'commit' }
  | { readonly kind: 'fix'; readonly go: AgentGo }
  | { readonly kind: 'end'; readonly end: AttemptEnd };

/** Verifies after the agent, or after fix `round`; says what follows. Throws only what activities throw. */
export async function verifyRound(attempt: Attempt, round: number): Promise<VerifyNext> {
  const { run, task, details, order, workspace } = attempt;
  // The answer of a kind that only looks is always judged.
  const isAnswer = traitsOf(task.kind ?? 'requirement').changes === 'never';
  if (workspace.policy.verifyCommands === 0 && !isAnswer) return { kind: 'commit' };
  run.step(task, 'verify');
  const host = run.ports.host(taskLabel(task));
  let outcome;
  try {
    outcome = await run.ports.interruptible(() => host.verify({ order, round }));
  } catch (error) {
    if (failureOf(error).kind !== 'cancelled' || run.stop === null) throw error;
    await endRuns(run, order);
    return { kind: 'end', end: { kind: 'stopped' } };
  }
  details.verified = outcome.verdict;
  updateAttempt(details, (record) => ({ ...record, checks: outcome.checks }));
  if (run.stop !== null) return { kind: 'end', end: { kind: 'stopped' } };
  if (outcome.verdict !== 'failed') return { kind: 'commit' };
  const red = outcome.checks
    .filter((check) => !check.passed && check.baseline !== 'failed')
    .map((check) => check.command);
  const stuck = round > 0 && outcome.tree !== null && outcome.tree === details.lastFailedTree;
  details.lastFailedTree = outcome.tree;
  if (stuck)
    return {
      kind: 'end',
      end: failed('verification_failed', `Still red, and the fix changed nothing: ${red.join(', ')}`, 'verify'),
    };
  if (round >= policyOf(run, task, workspace).maxFixes)
    return { kind: 'end', end: failed('verification_failed', `Red after ${round} fixes: ${red.join(', ')}`, 'verify') };
  updateAttempt(details, (record) => ({ ...record, fixes: round + 1 }));
  return { kind: 'fix', go: fixGo(attempt, round) };
}
