/** P1, P6, P8 and P12 as Temporal's histories show them. */
import type { Violation } from './checker.ts';
import type { TaskFacts } from './facts.ts';
import type { Execution, Histories, HistoryFact } from './histories.ts';

/** Activities that work on a task: of these there is one at a time, in a batch and for a task. */
const WORK = new Set(['startAgent', 'watchAgent', 'verify', 'commitTask']);
/** Commands after which tasks may start again. */
const ENDS_PAUSE = new Set(['start', 'resume']);

/** All violations in the histories of batches, against the rows of tasks. */
export function checkHistories(histories: Histories, tasks: readonly TaskFacts[]): Violation[] {
  const all = [...histories];
  return [
    ...all.flatMap(([batch, executions]) => checkChain(batch, executions)),
    ...all.flatMap(([batch, executions]) => checkPauses(batch, executions)),
    ...all.flatMap(([batch, executions]) => executions.flatMap((execution) => checkOverlaps(batch, execution))),
    ...checkTaskOverlaps(all),
    ...checkReceived(all, tasks),
  ];
}

/** What was continued as new goes on, and what says that it continues has something to continue. */
function checkChain(batch: string, executions: readonly Execution[]): Violation[] {
  const known = new Set(executions.map((each) => each.runId));
  const broken = (text: string): Violation => ({ promise: 'P8', text: `${batch}: ${text}` });
  const none = executions.length === 0 ? [broken('Temporal knows no execution')] : [];
  const ends = executions.flatMap(({ runId, facts }) =>
    facts
      .filter((fact) => fact.kind === 'continued' && !known.has(fact.runId))
      .map(() => broken(`${runId} was continued as new, but what follows is gone`)),
  );
  const starts = executions
    .filter(({ continues }) => continues !== null && !known.has(continues))
    .map(({ runId }) => broken(`${runId} continues an execution that is gone`));
  const open = executions.filter((each) => each.isOpen).length;
  return [...none, ...ends, ...starts, ...(open > 1 ? [broken(`${open} executions are open at once`)] : [])];
}

/** From the answer to a pause until the next start or resume no other task's agent is started. */
function checkPauses(batch: string, executions: readonly Execution[]): Violation[] {
  const violations: Violation[] = [];
  let paused: { readonly running: string | null } | null = null;
  for (const { continues, facts } of executions) {
    // A batch that was reopened begins anew.
    if (continues === null) paused = null;
    for (const fact of facts) {
      if (fact.kind === 'asked' && ENDS_PAUSE.has(fact.command)) paused = null;
      if (fact.kind === 'answered' && commandOf(facts, fact.askedId) === 'pause' && fact.result === 'applied')
        paused = { running: fact.running };
      if (paused === null || fact.kind !== 'scheduled' || fact.activity !== 'startAgent') continue;
      if (fact.task !== paused.running)
        violations.push({ promise: 'P6', text: `${fact.task} was started in ${batch} after the answer to a pause` });
    }
  }
  return violations;
}

function commandOf(facts: readonly HistoryFact[], askedId: number): string | null {
  const asked = facts.find((fact) => fact.id === askedId);
  return asked?.kind === 'asked' ? asked.command : null;
}

/** Within an execution the order of events is exact. */
function checkOverlaps(batch: string, { facts }: Execution): Violation[] {
  const violations: Violation[] = [];
  const open = new Map<number, string>();
  for (const fact of facts) {
    if (fact.kind === 'closed') open.delete(fact.scheduledId);
    if (fact.kind !== 'scheduled' || !WORK.has(fact.activity)) continue;
    const what = `${fact.activity} of ${fact.task}`;
    for (const other of open.values())
      violations.push({ promise: 'P1', text: `${what} was scheduled in ${batch} while ${other} was under way` });
    open.set(fact.id, what);
  }
  return violations;
}

interface Span {
  readonly batch: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A task that moved is not worked on in two batches at a time; both histories carry the same server's time. */
function checkTaskOverlaps(all: readonly (readonly [string, readonly Execution[]])[]): Violation[] {
  const spans = new Map<string, Span[]>();
  for (const [batch, executions] of all) {
    for (const { facts } of executions) {
      for (const fact of facts) {
        if (fact.kind !== 'scheduled' || fact.task === null || !WORK.has(fact.activity)) continue;
        const toMs = closedAtMs(facts, fact.id);
        spans.set(fact.task, [...(spans.get(fact.task) ?? []), { batch, fromMs: fact.atMs, toMs }]);
      }
    }
  }
  return [...spans].flatMap(([task, list]) => {
    const sorted = list.toSorted((a, b) => a.fromMs - b.fromMs);
    return sorted.slice(1).flatMap((span, at): Violation[] => {
      const before = sorted[at];
      if (before === undefined || before.batch === span.batch || before.toMs <= span.fromMs) return [];
      return [{ promise: 'P1', text: `${task} was worked on in ${before.batch} and ${span.batch} at the same time` }];
    });
  });
}

function closedAtMs(facts: readonly HistoryFact[], scheduledId: number): number {
  const closed = facts.find((fact) => fact.kind === 'closed' && fact.scheduledId === scheduledId);
  return closed?.kind === 'closed' ? closed.atMs : Number.POSITIVE_INFINITY;
}

/** What was handed to another batch is still there. */
function checkReceived(all: readonly (readonly [string, readonly Execution[]])[], tasks: readonly TaskFacts[]) {
  const rows = new Set(tasks.map((task) => task.id));
  const lost = new Set<string>();
  for (const [, executions] of all) {
    for (const fact of executions.flatMap((execution) => execution.facts)) {
      if (fact.kind === 'received') for (const task of fact.tasks) if (!rows.has(task)) lost.add(task);
    }
  }
  return [...lost].map((task): Violation => ({ promise: 'P12', text: `${task} was moved, and has no row any more` }));
}
