/** Which agent an attempt gets, and what happens while none is free. Runs in the workflow sandbox. */
import type { TaskDetails, TaskState } from '../contracts/state.ts';
import { addNotes } from '../domain/batch-state.ts';
import { chooseAgent, holdOfAll } from '../domain/fallback.ts';
import { forgetSession, updateAttempt } from './batch-run.ts';
import type { BatchRun } from './batch-run.ts';

/** Where there is a choice of agents the batch is held only while all of them are; true if it is now. */
export function holdForAgents(run: BatchRun, task: TaskState): boolean {
  const nowMs = run.ports.now();
  const known = holdOfAll(run.state, task, nowMs);
  if (known === null || run.state.skipAccount) return false;
  run.state.hold = { ...known, sinceMs: nowMs };
  const { reason, untilMs, message } = known;
  run.batchEvent(`held:${nowMs}`, 'batch.held', { reason, untilMs, message });
  return true;
}

/**
 * Decides which agent works on this attempt; one that takes over from another begins a session of its own.
 * @param open agent of an attempt that was open already: it goes on
 * @param usual agent of the settings
 */
export function takeUp(run: BatchRun, task: TaskState, details: TaskDetails, open: string | null, usual: string): void {
  const agent = open ?? chooseAgent(run.state, task, run.ports.now())?.agent ?? usual;
  if (details.agent !== null && details.agent !== agent) {
    details.tookOverFrom = details.agent;
    details.backoffs = 0;
    details.freshened = false;
    forgetSession(details);
    updateAttempt(details, (attempt) => ({ ...attempt, sessionId: null }));
    addNotes(details.notes, [`${agent} took over from ${details.agent}.`]);
  }
  details.agent = agent;
  updateAttempt(details, (attempt) => ({ ...attempt, agent }));
}
