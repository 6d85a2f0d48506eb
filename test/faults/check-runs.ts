/** Promises about runs: one at a time, none after the end, and verdicts that say what happened. */
import type { Violation } from './checker.ts';
import { FINAL } from './facts.ts';
import type { RunFacts, StateFacts, TaskFacts } from './facts.ts';

/** File times are as coarse as the kernel's tick. */
const TICK_MS = 20;

/** P1 and P13 as far as state directory and database show them. */
export function checkRuns(state: StateFacts): Violation[] {
  return [
    ...overlaps(state),
    ...state.tasks.flatMap((task) => [...afterTheEnd(state, task), ...claimOf(state, task), ...verdictOf(state, task)]),
  ];
}

/** One task at a time per batch, one run at a time per task: of a task that was moved nobody knows which run was where. */
function overlaps({ tasks, runs }: StateFacts): Violation[] {
  const groupOf = new Map(tasks.map((task) => [task.id, task.hops > 0 ? task.id : task.batch]));
  const groups = Map.groupBy(runs, (run) => groupOf.get(run.task) ?? 'unknown');
  const violations: Violation[] = [];
  for (const group of groups.values()) {
    const known = group.filter((run) => run.startedMs !== null && run.endedMs !== null && !isSealed(run));
    const sorted = known.toSorted((left, right) => (left.startedMs ?? 0) - (right.startedMs ?? 0));
    for (const [index, run] of sorted.entries()) {
      const before = sorted.slice(0, index).find((each) => (each.endedMs ?? 0) > (run.startedMs ?? 0) + TICK_MS);
      if (before === undefined) continue;
      violations.push({ promise: 'P1', text: `${nameOf(run)} began while ${nameOf(before)} ran` });
    }
  }
  return violations;
}

/** A directory that was closed before any program started in it. */
function isSealed(run: RunFacts): boolean {
  return run.cut && run.startedMs !== null && run.endedMs !== null && run.endedMs - run.startedMs < TICK_MS;
}

function afterTheEnd({ runs, claims }: StateFacts, task: TaskFacts): Violation[] {
  if (task.status !== 'completed') return [];
  const doneMs = claims.find((claim) => claim.task === task.id && claim.done !== null)?.sinceMs;
  if (doneMs === undefined) return [];
  return runs
    .filter((run) => run.task === task.id && !isSealed(run) && (run.startedMs ?? 0) > doneMs + TICK_MS)
    .map((run) => ({ promise: 'P1', text: `${nameOf(run)} began after its task was done` }));
}

/** The tombstone names the commit; a task that will not be tried again holds nothing. */
function claimOf({ claims }: StateFacts, task: TaskFacts): Violation[] {
  const claim = claims.find((each) => each.task === task.id);
  if (task.status === 'completed') {
    if (claim !== undefined && claim.done === (task.commit ?? '')) return [];
    return [{ promise: 'P1', text: `${labelOf(task)} is completed, but its claim says ${claim?.done ?? 'nothing'}` }];
  }
  if (!FINAL.has(task.status) || claim === undefined) return [];
  return [{ promise: 'P1', text: `${labelOf(task)} is ${task.status}, but still holds its claim` }];
}

/** Shown as succeeded only if the last round of the commands really ended well, or none counted. */
function verdictOf(state: StateFacts, task: TaskFacts): Violation[] {
  if (task.status !== 'completed') return [];
  const batch = state.batches.find((each) => each.id === task.batch);
  const commands = batch?.workspaces.get(task.project)?.verifyCommands ?? 0;
  const violation = (text: string): Violation[] => [{ promise: 'P13', text: `${labelOf(task)} ${text}` }];
  if (commands === 0) return task.verified === 'none' ? [] : violation(`is "${task.verified}" without any command`);
  if (task.verified === 'failed') return violation('is completed although its verification failed');
  const rounds = state.rounds.get(`${task.id}/${task.attempt}`) ?? [];
  const last = rounds.at(-1);
  if (last === undefined) return violation('is completed without a round of verification');
  if (last.verdict !== task.verified) return violation(`says ${task.verified}, its last round says ${last.verdict}`);
  if (task.checks.length !== commands) return violation(`shows ${task.checks.length} of ${commands} checks`);
  const red = task.checks.filter((each) => !each.passed && !each.wasRed);
  if (red.length > 0) return violation(`is completed with a red check: ${red.map((each) => each.command).join(', ')}`);
  return task.checks.flatMap((shown, index) => {
    const exit = exitOf(state, task, rounds.length - 1, index);
    if (exit === null) return violation(`has no recorded end of check ${index} of its last round`);
    return (exit === 0) === shown.passed ? [] : violation(`shows check ${index} wrongly: it ended with ${exit}`);
  });
}

/** How command `index` of a round ended: the last try that was not cut short. */
function exitOf({ runs }: StateFacts, task: TaskFacts, round: number, index: number): number | null {
  const step = `verify-${round}-${index}`;
  const tries = runs.filter(
    (run) =>
      run.task === task.id &&
      run.attempt === task.attempt &&
      (run.step === step || run.step.startsWith(`${step}-again-`)) &&
      run.exitCode !== null &&
      !run.cut,
  );
  return tries.at(-1)?.exitCode ?? null;
}

function nameOf({ task, attempt, step }: RunFacts): string {
  return `${task}/${attempt}/${step}`;
}

function labelOf(task: TaskFacts): string {
  return `${task.name} (${task.id})`;
}
