/** The brake on usage that is paid for extra: it is told, and by default it ends with the task. Runs in the workflow sandbox. */
import type { AgentOutcome } from '../contracts/outcome.ts';
import type { Policy, TaskState } from '../contracts/state.ts';
import { addNotes, detailsOf } from '../domain/batch-state.ts';
import { agentsOf, noteAccountHold } from '../domain/fallback.ts';
import { pauseMs } from '../domain/retry-table.ts';
import type { BatchRun } from './batch-run.ts';
import { accountInUse, reportHold } from './lane.ts';

const NOTE = 'The included usage of the plan was used up: the agent went on with usage that is paid for extra.';
const MESSAGE =
  'The included usage is used up, and the last task went on with usage that is paid for extra. limits.extraUsage: use lets the next ones do so too.';

/** Notes with the task that a run was paid for extra; unless the settings allow it, the whole account waits before the next. */
export async function brakeExtraUsage(
  run: BatchRun,
  task: TaskState,
  { extraUsage, verdict }: AgentOutcome,
  policy: Policy,
): Promise<void> {
  // A run that met the limit itself is followed by a hold anyway.
  if (extraUsage === undefined || verdict.kind === 'usage_limit') return;
  addNotes(detailsOf(run.state, task).notes, [NOTE]);
  if (policy.extraUsage === 'use') return;
  const sinceMs = run.ports.now();
  const { resetAtMs } = extraUsage;
  const isKnown = resetAtMs !== null && resetAtMs > sinceMs;
  const untilMs = isKnown ? resetAtMs : sinceMs + pauseMs('unknown_limit', run.state.probes);
  const hold = { reason: 'usage_limit' as const, untilMs, message: MESSAGE };
  const account = accountInUse(run, task);
  if (agentsOf(run.state, task).length > 0) noteAccountHold(run.state, account, { ...hold, sinceMs });
  else run.state.pendingHold = { ...hold, sinceMs };
  await reportHold(run, account, hold);
}
