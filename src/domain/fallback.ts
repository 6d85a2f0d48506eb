/**
 * Which agent works on a task: the first of the project's list whose account is not held. Runs in the workflow sandbox:
 * pure, the clock is handed in. A project without a fallback has no list, and nothing here applies to it.
 */
import { traitsOf } from '../contracts/kinds.ts';
import type { AgentAccount, BatchState, Hold, TaskState } from '../contracts/state.ts';
import { projectOf } from './batch-state.ts';

/** The agents that may work on a task, the preferred one first; empty when there is no choice. */
export function agentsOf(state: BatchState, task: TaskState): readonly AgentAccount[] {
  if (traitsOf(task.kind ?? 'requirement').runs !== 'agent') return [];
  const project = projectOf(state, task);
  // What the host froze counts; before that, what was known when the batch was made.
  const agents = state.workspaces[project]?.policy.agents ?? state.agents?.[project] ?? [];
  return agents.length > 1 ? agents : [];
}

/**
 * The agent that works on the task now; null when there is no choice. A task stays with the agent that has its session.
 * While all are held it is the one that is free first.
 */
export function chooseAgent(state: BatchState, task: TaskState, nowMs: number): AgentAccount | null {
  const agents = agentsOf(state, task);
  const details = state.details[task.id];
  const own = agents.find((each) => each.agent === details?.agent);
  if (own !== undefined && details?.sessionId != null && heldUntilMs(state, own, nowMs) === 0) return own;
  const byTime = agents.toSorted((left, right) => heldUntilMs(state, left, nowMs) - heldUntilMs(state, right, nowMs));
  return byTime[0] ?? null;
}

/** True when another agent than `account`'s may work on the task now. */
export function hasFreeOther(state: BatchState, task: TaskState, account: string, nowMs: number): boolean {
  return agentsOf(state, task).some((each) => each.account !== account && heldUntilMs(state, each, nowMs) === 0);
}

/** The hold of the agent that is free first, when all agents of the task are held; else null. */
export function holdOfAll(state: BatchState, task: TaskState, nowMs: number): Hold | null {
  const first = chooseAgent(state, task, nowMs);
  if (first === null || heldUntilMs(state, first, nowMs) === 0) return null;
  return state.accountHolds?.[first.account] ?? null;
}

/** Remembers that an account cannot be used until `hold.untilMs`; holds that are over are forgotten. */
export function noteAccountHold(state: BatchState, account: string, hold: Hold): void {
  const open = Object.entries(state.accountHolds ?? {}).filter(([, each]) => (each.untilMs ?? 0) > hold.sinceMs);
  state.accountHolds = { ...Object.fromEntries(open), [account]: hold };
}

/** 0: not held. */
function heldUntilMs(state: BatchState, { account }: AgentAccount, nowMs: number): number {
  const untilMs = state.accountHolds?.[account]?.untilMs ?? 0;
  return untilMs > nowMs ? untilMs : 0;
}
