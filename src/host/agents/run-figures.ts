/** What the verdicts of several agents have in common: whose parser it is, and the figures of a run. */
import type { AgentOutcome } from '../../contracts/outcome.ts';
import type { AgentParser, RunEvidence } from './adapter.ts';

/**
 * The evidence's parser, as the agent's own.
 * @throws TypeError when it is another agent's
 */
export function ownParser<Parser extends AgentParser>(
  { parser }: RunEvidence,
  own: abstract new (...args: never[]) => Parser,
): Parser {
  if (parser instanceof own) return parser;
  throw new TypeError('The evidence holds the parser of another agent.');
}

/** Figures as the parser heard them, of an agent that tells no refused tools; `costUsd` is null for one that tells no costs. */
export function runFigures(
  parser: Pick<AgentParser, 'progress'> & { readonly sessionId: string | null },
  evidence: Pick<RunEvidence, 'startedAtMs' | 'endedAtMs'>,
): AgentOutcome['figures'] {
  const { tokens, turns, costUsd } = parser.progress();
  return {
    sessionId: parser.sessionId,
    costUsd,
    tokens,
    turns,
    durationMs: Math.max(0, evidence.endedAtMs - evidence.startedAtMs),
    deniedTools: [],
  };
}
