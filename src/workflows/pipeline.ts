/**
 * One attempt at one task, from order to commit. Knows no server: it is handed its world.
 * Runs in the workflow sandbox: changing the order of awaits breaks replay.
 */
import type { AgentGo, CheckedOut } from '../contracts/host-work.ts';
import { traitsOf } from '../contracts/kinds.ts';
import type { WorkOrder } from '../contracts/order.ts';
import type { AgentOutcome } from '../contracts/outcome.ts';
import type { TaskDetails, TaskState, WorkspaceState } from '../contracts/state.ts';
import { addNotes, projectOf } from '../domain/batch-state.ts';
import { decide, GO_ON, waitingSince } from '../domain/decide.ts';
import { taskLabel } from '../domain/details-table.ts';
import { hasFreeOther } from '../domain/fallback.ts';
import { continueGo, firstGo } from './agent-go.ts';
import { failed, policyOf } from './attempt.ts';
import type { Attempt, AttemptEnd } from './attempt.ts';
import { addFigures, endRuns } from './batch-run.ts';
import type { BatchRun } from './batch-run.ts';
import { brakeExtraUsage } from './extra-usage.ts';
import { failureOf } from './failures.ts';
import { accountInUse, beginProbe } from './lane.ts';
import { verifyRound } from './verify-round.ts';

/** Makes sure that the batch has a workspace in the task's project. */
export async function ensureWorkspace(run: BatchRun, task: TaskState, order: WorkOrder): Promise<WorkspaceState> {
  const project = projectOf(run.state, task);
  const known = run.state.workspaces[project];
  if (known !== undefined && known.closed !== true) return known;
  run.progress(task, 'prepare', 'Preparing the workspace');
  run.step(task, 'prepare');
  const workspace = await run.ports.interruptible(() => run.ports.host(taskLabel(task)).prepareWorkspace({ order }));
  run.state.workspaces[project] = workspace;
  return workspace;
}

/** Runs the agent, verification and fixes, and commits. Throws only what activities throw. */
export async function runAttempt(
  run: BatchRun,
  task: TaskState,
  details: TaskDetails,
  order: WorkOrder,
  workspace: WorkspaceState,
): Promise<AttemptEnd> {
  const attempt: Attempt = { run, task, details, order, workspace };
  const { prepares } = traitsOf(task.kind ?? 'requirement');
  const checked = prepares ? await checkout(attempt) : null;
  if (prepares && run.stop !== null) return { kind: 'stopped' };
  if (checked?.work === 'nothing') return await respond(attempt, null);
  let go = firstGo(attempt, checked?.session ?? null);
  let treeAtLastStop: string | null = null;
  for (let round = 0; ;) {
    const outcome = await probing(attempt, () => runAgent(attempt, go));
    addFigures(details, outcome);
    await brakeExtraUsage(run, task, outcome, workspace.policy);
    if (run.stop !== null) return { kind: 'stopped' };
    const decision = decide(outcome.verdict, context(attempt));
    if (decision.kind === 'continue' && hasMoved(outcome, treeAtLastStop)) {
      treeAtLastStop = outcome.tree ?? null;
      details.continuations += 1;
      go = continueGo(attempt);
      continue;
    }
    if (decision.kind === 'continue')
      return failed('out_of_turns', `${outcome.verdict.message} Nothing changed since it last went on.`, 'agent');
    if (decision.kind === 'fail') return failed(decision.code, decision.message, 'agent');
    if (decision.kind === 'stopped')
      return {
        kind: 'decided',
        decision: { ...GO_ON, message: outcome.verdict.message },
      };
    if (decision.kind !== 'verify') return { kind: 'decided', decision };
    resetCounters(attempt);
    const next = await verifyRound(attempt, round);
    if (next.kind === 'end') return next.end;
    if (next.kind === 'commit') return await commit(attempt);
    go = next.go;
    round += 1;
  }
}

function context({ run, task, details, workspace }: Attempt) {
  const { probes } = run.state;
  const nowMs = run.ports.now();
  return {
    hasOther: hasFreeOther(run.state, task, accountInUse(run, task), nowMs),
    policy: policyOf(run, task, workspace),
    details,
    spent: task.spent ?? 0,
    probes,
    waitingSinceMs: run.ports.addsWaitsUp ? waitingSince(details, probes, nowMs) : nowMs,
    nowMs,
  };
}

/** What the task is about is read, and its tree made. */
async function checkout({ run, task, details, order }: Attempt): Promise<CheckedOut> {
  run.progress(task, 'checkout', 'Reading what it is about');
  run.step(task, 'checkout');
  const checked = await run.ports.interruptible(() => run.ports.host(taskLabel(task)).checkoutTask({ order }));
  addNotes(details.notes, checked.notes);
  return checked;
}

/** Others are told what was done. The commit is there: whoever tries again finds it. */
async function respond({ run, task, details, order }: Attempt, commit: string | null): Promise<AttemptEnd> {
  run.progress(task, 'respond', 'Telling others what was done');
  run.step(task, 'respond');
  const { sessionId, sessionCostUsd } = details;
  const session = sessionId === null ? null : { id: sessionId, costUsd: sessionCostUsd };
  const end = { kind: 'done', commit, session } as const;
  const { notes } = await run.ports.host(taskLabel(task)).respondTask({ order, end });
  addNotes(details.notes, notes);
  return { kind: 'committed', commit };
}

/** It answered: whatever kept it from working is over. */
function resetCounters({ run, details }: Attempt): void {
  run.state.probes = 0;
  details.backoffs = 0;
}

/** A session that is out of turns goes on only while the tree changes; unknown counts as changed. */
function hasMoved(outcome: AgentOutcome, treeAtLastStop: string | null): boolean {
  return outcome.tree == null || outcome.tree !== treeAtLastStop;
}

/** The first run after a hold shows all batches of the account whether it works again. */
async function probing({ run, task }: Attempt, work: () => Promise<AgentOutcome>): Promise<AgentOutcome> {
  const tell = beginProbe(run, task);
  let metLimit = true;
  try {
    const outcome = await work();
    metLimit = LIMITS.has(outcome.verdict.kind);
    return outcome;
  } finally {
    tell(metLimit);
  }
}

/** Verdicts that keep the whole account from working. */
const LIMITS: ReadonlySet<AgentOutcome['verdict']['kind']> = new Set([
  'usage_limit',
  'needs_login',
  'billing',
  'terminated',
]);

/** Starts a run of the agent and watches it until it ended or was interrupted. */
async function runAgent({ run, task, details, order }: Attempt, go: AgentGo): Promise<AgentOutcome> {
  const host = run.ports.host(taskLabel(task));
  run.step(task, go.prompt === 'fix' ? 'fix' : 'agent', go.prompt === 'attempt');
  const started = await host.startAgent({ order, go });
  addNotes(details.notes, started.notes);
  if (started.status === 'ended') return started.outcome;
  if (started.sessionId !== details.sessionId) {
    details.sessionId = started.sessionId;
    details.sessionCostUsd = null;
  }
  run.progress(
    task,
    go.prompt === 'fix' ? 'fix' : 'agent',
    go.prompt === 'fix' ? 'Repairing what did not pass' : 'Working',
  );
  run.recorder.touch(task.id);
  if (run.stop !== null) return await endRuns(run, order, go);
  try {
    return await run.ports.interruptible(() => host.watchAgent({ order, go }));
  } catch (error) {
    if (failureOf(error).kind !== 'cancelled' || run.stop === null) throw error;
    return await endRuns(run, order, go);
  }
}

async function commit(attempt: Attempt): Promise<AttemptEnd> {
  const { run, task, details, order } = attempt;
  const host = run.ports.host(taskLabel(task));
  run.step(task, 'commit', true);
  const outcome = await host.commitTask({ order });
  addNotes(details.notes, outcome.notes);
  switch (outcome.kind) {
    case 'committed':
      if (traitsOf(task.kind ?? 'requirement').responds) return await respond(attempt, outcome.commit);
      return { kind: 'committed', commit: outcome.commit };
    case 'no_change':
      return failed('no_change', 'The agent said it was done, but nothing changed.', 'commit');
    case 'left_branch':
      return failed('left_branch', outcome.message, 'commit');
    case 'took_user_stash':
      return failed('took_user_stash', outcome.message, 'commit');
    case 'rejected':
      return failed('commit_rejected', outcome.message, 'commit');
  }
}
