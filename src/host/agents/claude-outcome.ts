/**
 * The verdict over a finished run of Claude Code. The last `result` event decides, never the exit code and never
 * `subtype` alone: an API failure is reported with subtype "success" (2.1.329, measured). The order of the questions
 * matters, each one assumes that those before it were answered with no.
 */
import type { AgentOutcome, AgentVerdict } from '../../contracts/outcome.ts';
import type { AgentExit, RunEvidence } from './adapter.ts';
import { apiVerdict } from './claude-api-errors.ts';
import { limitFromInfo } from './claude-limits.ts';
import { ClaudeParser } from './claude-parse.ts';
import { abnormalVerdict, interventionVerdict } from './exit-verdict.ts';
import { textAt, textsAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { lastLine, printable } from './printable.ts';
import { ownParser } from './run-figures.ts';

const NO_SESSION = /No conversation found/i;
const IN_USE = /\bSession ID\b.*\balready in use\b/i;
const NOT_LOGGED_IN = /not logged in|please run \/login/i;
/** Start-up errors that every task of the batch would meet again: hold and tell, do not burn the queue. */
const WRONG_SETUP =
  /root\/sudo privileges|unknown option|sandbox required but unavailable|Configuration error in|Settings file not found|invalid mcp config/i;

/**
 * Verdict and figures of a run.
 * @throws TypeError when the parser is not Claude's
 */
export function claudeOutcome(evidence: RunEvidence): AgentOutcome {
  const parser = ownParser(evidence, ClaudeParser);
  const { limitInfo } = parser;
  const extraUsage = limitInfo?.['isUsingOverage'] === true ? { resetAtMs: limitFromInfo(limitInfo).resetAtMs } : null;
  return {
    ...(extraUsage === null ? {} : { extraUsage }),
    verdict: decide(parser, evidence),
    figures: {
      sessionId: parser.sessionId,
      costUsd: parser.costUsd(),
      tokens: parser.progress().tokens,
      turns: parser.progress().turns,
      durationMs: Math.max(0, evidence.endedAtMs - evidence.startedAtMs),
      deniedTools: parser.deniedTools(),
    },
  };
}

function decide(parser: ClaudeParser, evidence: RunEvidence): AgentVerdict {
  const { result } = parser;
  if (result === null) return withoutResult(evidence);
  if (result['is_error'] === false && result['subtype'] === 'success') return withSuccess(parser, result);
  const verdict = bySubtype(result, evidence.exit) ?? apiVerdict(parser, result, evidence.endedAtMs);
  // What we did to the process explains a vague failure better than the process itself can.
  if (verdict.kind !== 'failed') return verdict;
  return interventionVerdict(evidence.exit) ?? verdict;
}

function withoutResult(evidence: RunEvidence): AgentVerdict {
  const { exit, stderrTail } = evidence;
  const intervention = interventionVerdict(exit);
  if (intervention !== null) return intervention;
  const message = lastLine(stderrTail) ?? 'The agent ended without a result.';
  if (IN_USE.test(stderrTail)) return { kind: 'session_broken', code: 'session_in_use', message };
  if (NO_SESSION.test(stderrTail)) return { kind: 'session_broken', code: 'no_session', message };
  const abnormal = abnormalVerdict(evidence, 'The agent');
  if (abnormal !== null) return abnormal;
  if (exit.code === 0) return { kind: 'failed', code: 'no_result', message: 'The agent ended without a result.' };
  if (NOT_LOGGED_IN.test(stderrTail)) return { kind: 'needs_login', message };
  if (WRONG_SETUP.test(stderrTail)) return { kind: 'environment', message };
  return { kind: 'failed', code: 'startup_error', message };
}

function withSuccess(parser: ClaudeParser, result: JsonObject): AgentVerdict {
  const structured = result['structured_output'];
  if (parser.wantsSchema && (structured === undefined || structured === null)) {
    return { kind: 'failed', code: 'no_structured_output', message: 'The answer has not the form that was asked for.' };
  }
  return { kind: 'succeeded', message: printable(textAt(result, 'result') ?? 'Done.') };
}

function bySubtype(result: JsonObject, exit: AgentExit): AgentVerdict | null {
  const message = printable(textsAt(result, 'errors').join('; ')) || String(result['subtype']);
  switch (result['subtype']) {
    case 'error_max_turns':
      return { kind: 'out_of_turns', message };
    case 'error_max_budget_usd':
      return { kind: 'failed', code: 'out_of_budget', message };
    case 'error_max_structured_output_retries':
      return { kind: 'failed', code: 'no_structured_output', message };
    case 'error_during_execution':
      return duringExecution(result, exit, message);
    default:
      return null;
  }
}

function duringExecution(result: JsonObject, exit: AgentExit, message: string): AgentVerdict {
  if (NO_SESSION.test(message)) return { kind: 'session_broken', code: 'no_session', message };
  if (textAt(result, 'terminal_reason')?.startsWith('aborted_') === true) {
    return interventionVerdict(exit) ?? { kind: 'lost', message: 'The agent was interrupted from outside.' };
  }
  if (WRONG_SETUP.test(message)) return { kind: 'environment', message };
  return { kind: 'failed', code: 'startup_error', message };
}
