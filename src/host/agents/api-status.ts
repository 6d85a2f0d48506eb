/** Verdicts over failures of an API that an agent reports with an HTTP status or the usual words. */
import type { AgentVerdict } from '../../contracts/outcome.ts';
import { looksLikeLimit } from './claude-limits.ts';
import { printable } from './printable.ts';
import { hostTimeZone, parseClockTime } from './reset-time.ts';

/** What is known of a failure. */
export interface ApiProblem {
  /** null: none was told, or there was no answer. */
  readonly status: number | null;
  readonly text: string;
  /** Epoch milliseconds. */
  readonly writtenAtMs: number;
  /** When the API says that it answers again, as epoch milliseconds; absent: it does not say. */
  readonly retryAtMs?: number | null;
}

/** Waits that an API announces are a limit of the plan from here on; shorter ones are throttling. */
const LIMIT_FROM_MS = 120_000;
const LIMIT =
  /\b(?:exhausted|exceeded|reached|hit)\b.{0,60}\b(?:quota|usage limit)|\bquota\b.{0,40}\b(?:exhausted|exceeded|reached)/is;
const RESETS = /\b(?:retry in|resets? (?:after|in)|try again in) ((?:[\d.]+ ?[dhms][a-z]* ?)+)/i;
const BILLING = /credit balance|insufficient (?:credits|balance|funds)|payment required|billing/i;
const LOGIN = /api key not valid|invalid (?:x-)?api.?key|unauthenticated|unauthorized|not logged in|auth method/i;
const OVERFLOW =
  /prompt is too long|context (?:length|window)|token count .{0,60}exceeds|maximum (?:context|number of tokens)/is;
const BAD_MODEL = /\bmodels?\b.{0,100}\b(?:not found|does not exist|not supported)|\bmodel not found/is;
const OUTAGE = /fetch failed|ECONN|ENOTFOUND|EAI_AGAIN|socket|network|timed? ?out|unable to connect/i;

/** The verdict; `agent_error` for what is none of the known problems. The order of the questions matters. */
export function apiStatusVerdict(problem: ApiProblem): AgentVerdict {
  const { status, text } = problem;
  const message = printable(text) || 'The agent reported an error without a text.';
  if (isLimit(problem)) return { kind: 'usage_limit', resetAtMs: resetOf(problem), window: null, message };
  if (status === 402 || BILLING.test(text)) return { kind: 'billing', message };
  if (status === 401 || status === 403 || LOGIN.test(text)) return { kind: 'needs_login', message };
  const trouble = troubleOf(problem);
  if (trouble !== null) return { kind: 'backoff', code: trouble, message };
  if (OVERFLOW.test(text)) return { kind: 'session_broken', code: 'context_overflow', message };
  if (status === 404 || BAD_MODEL.test(text)) return { kind: 'failed', code: 'bad_model', message };
  if (status === null && OUTAGE.test(text)) return { kind: 'backoff', code: 'api_unavailable', message };
  if (status === 400 || status === 413) return { kind: 'session_broken', code: 'invalid_request', message };
  return { kind: 'failed', code: 'agent_error', message };
}

/** What a server says that would serve the same request later; null: none of that. */
function troubleOf({ status, text }: ApiProblem): 'rate_limited' | 'overloaded' | 'api_unavailable' | null {
  if (status === 429) return 'rate_limited';
  if (status === 529 || status === 503 || /overloaded/i.test(text)) return 'overloaded';
  return (status ?? 0) >= 500 ? 'api_unavailable' : null;
}

function isLimit({ status, text, writtenAtMs, retryAtMs }: ApiProblem): boolean {
  if (status !== null && status !== 429 && status !== 403) return false;
  if (status === 429 && (retryAtMs ?? 0) - writtenAtMs >= LIMIT_FROM_MS) return true;
  return LIMIT.test(text) || looksLikeLimit(text);
}

function resetOf({ text, writtenAtMs, retryAtMs }: ApiProblem): number | null {
  if (retryAtMs != null) return retryAtMs;
  const after = RESETS.exec(text)?.[1];
  if (after === undefined) return null;
  // "3h2m" as "3h 2m".
  const spaced = after.replaceAll(/([a-z])(?=\d)/gi, '$1 ');
  return parseClockTime(`in ${spaced}`, writtenAtMs, hostTimeZone());
}
