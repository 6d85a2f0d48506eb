/**
 * The verdict over a finished run of Codex. The last event of a turn decides; its errors are texts without a code
 * (0.171.0, measured), so they are read as such.
 */
import type { AgentOutcome, AgentVerdict } from '../../contracts/outcome.ts';
import type { RunEvidence } from './adapter.ts';
import { looksLikeLimit } from './claude-limits.ts';
import { CodexParser } from './codex-parse.ts';
import { abnormalVerdict, interventionVerdict } from './exit-verdict.ts';
import { errorLine, printable } from './printable.ts';
import { hostTimeZone, parseClockTime } from './reset-time.ts';
import { ownParser, runFigures } from './run-figures.ts';

const NO_SESSION = /no rollout found|thread not found/i;
const LIMIT = /you['’]ve hit your usage limit|usage limit has been reached/i;
const TRY_AGAIN = /\btry again (?:at|in) (.+?)\.?$/im;
/** Times in the text are cut to whole minutes. */
const MINUTE_MS = 60_000;
const BILLING = /quota exceeded|insufficient_quota|billing|payment required|out of credits/i;
const LOGIN =
  /\b(?:401|403) (?:unauthorized|forbidden)|not logged in|sign in again|token (?:was|is|could not be) re\w+|missing environment variable|invalid api key/i;
const OVERLOADED = /at capacity|high demand|overloaded/i;
const UNAVAILABLE =
  /status 5\d\d|stream disconnected|error sending request|waiting for network|timed? ?out|connection (?:failed|refused|reset)/i;
const OVERFLOW = /ran out of room in the model's context window|context_length_exceeded/i;
const BAD_MODEL = /\bmodel\b.{0,100}\b(?:does not exist|not (?:found|supported)|unknown)|unsupported model/is;
const REFUSED_REQUEST = /invalid_request_error|status 400/i;
/** The argument parser's exit code for options it does not know. */
const USAGE_ERROR = 2;

/**
 * Verdict and figures of a run.
 * @throws TypeError when the parser is not Codex's
 */
export function codexOutcome(evidence: RunEvidence): AgentOutcome {
  const parser = ownParser(evidence, CodexParser);
  return { verdict: decide(parser, evidence), figures: runFigures(parser, evidence) };
}

function decide(parser: CodexParser, evidence: RunEvidence): AgentVerdict {
  if (parser.end === 'completed') return { kind: 'succeeded', message: printable(parser.lastText ?? 'Done.') };
  if (parser.end === null) return withoutEnd(parser, evidence);
  const verdict = textVerdict(parser.error ?? '', evidence.endedAtMs);
  if (verdict.kind !== 'failed') return verdict;
  return interventionVerdict(evidence.exit) ?? verdict;
}

function withoutEnd(parser: CodexParser, evidence: RunEvidence): AgentVerdict {
  const { exit, stderrTail } = evidence;
  const intervention = interventionVerdict(exit);
  // Without network Codex waits until it is ended: then that is why nothing came.
  const waited = parser.error !== null && (exit.stalled || exit.timedOut);
  if (intervention !== null && !waited) return intervention;
  const message = errorLine(stderrTail) ?? 'The agent ended without a result.';
  if (NO_SESSION.test(stderrTail)) return { kind: 'session_broken', code: 'no_session', message };
  if (parser.error !== null) {
    const verdict = textVerdict(parser.error, evidence.endedAtMs);
    if (verdict.kind !== 'failed') return verdict;
  }
  if (intervention !== null) return intervention;
  const abnormal = abnormalVerdict(evidence, 'The agent');
  if (abnormal !== null) return abnormal;
  if (exit.code === 0) return { kind: 'failed', code: 'no_result', message: 'The agent ended without a result.' };
  if (LOGIN.test(stderrTail)) return { kind: 'needs_login', message };
  // Wrong options and a broken config.toml would meet every task alike.
  if (exit.code === USAGE_ERROR || /error loading config/i.test(stderrTail)) return { kind: 'environment', message };
  return { kind: 'failed', code: 'startup_error', message };
}

function textVerdict(text: string, endedAtMs: number): AgentVerdict {
  const message = printable(text) || 'The agent reported an error without a text.';
  if (LIMIT.test(text)) return { kind: 'usage_limit', resetAtMs: resetOf(text, endedAtMs), window: null, message };
  if (BILLING.test(text)) return { kind: 'billing', message };
  if (/\b429\b/.test(text)) return { kind: 'backoff', code: 'rate_limited', message };
  if (LOGIN.test(text)) return { kind: 'needs_login', message };
  if (OVERLOADED.test(text)) return { kind: 'backoff', code: 'overloaded', message };
  if (OVERFLOW.test(text)) return { kind: 'session_broken', code: 'context_overflow', message };
  if (BAD_MODEL.test(text)) return { kind: 'failed', code: 'bad_model', message };
  if (UNAVAILABLE.test(text)) return { kind: 'backoff', code: 'api_unavailable', message };
  // What sounds like a limit in words that are not known is waited for and probed, not failed.
  if (looksLikeLimit(text)) return { kind: 'usage_limit', resetAtMs: null, window: null, message };
  if (REFUSED_REQUEST.test(text)) return { kind: 'session_broken', code: 'invalid_request', message };
  return { kind: 'failed', code: 'agent_error', message };
}

/** The end of the minute that the text names; null when it names none. */
function resetOf(text: string, writtenAtMs: number): number | null {
  const when = TRY_AGAIN.exec(text)?.[1];
  if (when === undefined) return null;
  const atMs = parseClockTime(when, writtenAtMs, hostTimeZone());
  return atMs === null ? null : atMs + MINUTE_MS;
}
