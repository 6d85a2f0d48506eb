/** What the agent is to do next: begin, go on, or repair. Runs in the workflow sandbox. */
import type { AgentGo, SessionNote } from '../contracts/host-work.ts';
import { agentsOf } from '../domain/fallback.ts';
import type { Attempt } from './attempt.ts';

/**
 * The first run of an attempt.
 * @param session of an earlier task, which this one continues
 */
export function firstGo(attempt: Attempt, session: SessionNote | null): AgentGo {
  const { details } = attempt;
  const resumes = details.sessionId !== null;
  const begins = { step: 'agent', sessionId: details.sessionId, round: -1, ...agentOfGo(attempt) };
  if (resumes) return { ...begins, prompt: 'resume', priorCostUsd: details.sessionCostUsd };
  const { tookOverFrom } = details;
  if (tookOverFrom !== undefined) return { ...begins, prompt: 'takeover', priorCostUsd: null, tookOverFrom };
  return { ...begins, prompt: 'attempt', sessionId: session?.id ?? null, priorCostUsd: session?.costUsd ?? null };
}

/** The same session goes on where its turns were used up. */
export function continueGo(attempt: Attempt): AgentGo {
  const { details } = attempt;
  return {
    step: `continue-${details.continuations}`,
    prompt: 'continue',
    sessionId: details.sessionId,
    priorCostUsd: details.sessionCostUsd,
    round: -1,
    ...agentOfGo(attempt),
  };
}

/** The same session repairs what verification `round` found. */
export function fixGo(attempt: Attempt, round: number): AgentGo {
  const { details } = attempt;
  return {
    step: `fix-${round + 1}`,
    prompt: 'fix',
    sessionId: details.sessionId,
    priorCostUsd: details.sessionCostUsd,
    round,
    ...agentOfGo(attempt),
  };
}

/** Named only where there is a choice. */
function agentOfGo({ run, task, details }: Attempt): Pick<AgentGo, 'agent'> {
  const { agent } = details;
  return agent === null || agentsOf(run.state, task).length === 0 ? {} : { agent };
}
