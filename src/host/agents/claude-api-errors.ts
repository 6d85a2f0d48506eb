/** Failures of the API behind Claude Code: limits, login, billing, throttling, outages. */
import type { AgentVerdict } from '../../contracts/outcome.ts';
import {
  isKnownLimitText,
  isThrottleText,
  laterLimit,
  limitFromInfo,
  looksLikeLimit,
  resetFromText,
} from './claude-limits.ts';
import type { ClaudeParser } from './claude-parse.ts';
import { numberAt, objectAt, objectsAt, textAt, textsAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { printable } from './printable.ts';

const USAGE_LIMIT = 'usage_limit_reached';
const LOGIN_ERRORS = [
  'authentication_failed',
  'oauth_org_not_allowed',
  'account_on_hold',
  'verification_required',
  'cloud_credential_error',
];
const NO_LOGIN = /\bnot logged in\b|please run \/login|invalid api key/i;

/** What the API said, wherever the CLI put it. */
interface ApiFailure {
  /** Kind of error: `rate_limit`, `billing_error`, `server_error`, ... */
  readonly error: string | null;
  readonly apiError: string | null;
  readonly status: number | null;
  readonly reason: string | null;
  readonly text: string;
  readonly message: string;
  /** When the text was written; limits name times of day relative to it. */
  readonly writtenAtMs: number;
}

/** Verdict over a `result` that reports an error, once its subtype did not say enough. */
export function apiVerdict(parser: ClaudeParser, result: JsonObject, endedAtMs: number): AgentVerdict {
  const failure = readFailure(parser, result, endedAtMs);
  const { message } = failure;
  if (isThrottleText(failure.text)) return { kind: 'backoff', code: 'rate_limited', message };
  if (isUsageLimit(parser, failure)) return usageLimit(parser, failure);
  if (failure.error === 'billing_error') return { kind: 'billing', message };
  if (needsLogin(failure)) return { kind: 'needs_login', message };
  if (isUnknownLimit(failure)) return usageLimit(parser, failure);
  return generalVerdict(failure);
}

function readFailure(parser: ClaudeParser, result: JsonObject, endedAtMs: number): ApiFailure {
  const { apiError } = parser;
  const blocks = objectsAt(objectAt(apiError, 'message'), 'content');
  const text =
    textAt(result, 'result') ??
    (textsAt(result, 'errors').join('\n') || blocks.map((block) => textAt(block, 'text')).join('\n'));
  const writtenAtMs = Date.parse(textAt(apiError, 'timestamp') ?? '');
  return {
    error: textAt(apiError, 'error'),
    apiError: textAt(result, 'api_error') ?? textAt(apiError, 'api_error'),
    status: numberAt(result, 'api_error_status') ?? numberAt(apiError, 'api_error_status'),
    reason: textAt(result, 'terminal_reason'),
    text,
    message: printable(text) || 'The agent reported an error without a text.',
    writtenAtMs: Number.isNaN(writtenAtMs) ? endedAtMs : writtenAtMs,
  };
}

function isUsageLimit(parser: ClaudeParser, failure: ApiFailure): boolean {
  if (failure.apiError === USAGE_LIMIT || textAt(parser.apiError, 'api_error') === USAGE_LIMIT) return true;
  // Mere throttling sends "rejected" too, but names no window.
  const rejected =
    textAt(parser.limitInfo, 'status') === 'rejected' && textAt(parser.limitInfo, 'rateLimitType') !== null;
  return (rejected && failure.status === 429) || isKnownLimitText(failure.text);
}

/** New wordings come with every release: what sounds like a limit is waited for and probed, not failed. */
function isUnknownLimit(failure: ApiFailure): boolean {
  const outage = failure.apiError === 'connection_failed' || (failure.status !== null && failure.status >= 500);
  return !outage && looksLikeLimit(failure.text);
}

function usageLimit(parser: ClaudeParser, failure: ApiFailure): AgentVerdict {
  const named = limitFromInfo(objectAt(objectAt(parser.apiError, 'api_error_params'), 'rate_limit_info'));
  const rejected = textAt(parser.limitInfo, 'status') === 'rejected';
  const announced = rejected ? limitFromInfo(parser.limitInfo) : { window: null, resetAtMs: null };
  const { window, resetAtMs } = laterLimit(named, announced);
  return {
    kind: 'usage_limit',
    resetAtMs: resetAtMs ?? resetFromText(failure.text, failure.writtenAtMs),
    window,
    message: failure.message,
  };
}

function needsLogin(failure: ApiFailure): boolean {
  if (failure.error !== null && LOGIN_ERRORS.includes(failure.error)) return true;
  return failure.status === 401 || NO_LOGIN.test(failure.text);
}

function generalVerdict(failure: ApiFailure): AgentVerdict {
  const { error, status, text, message } = failure;
  if (status === 429) return { kind: 'backoff', code: 'rate_limited', message };
  if (status === 529 || error === 'overloaded' || /\boverloaded\b/i.test(text)) {
    return { kind: 'backoff', code: 'overloaded', message };
  }
  if (failure.reason === 'prompt_too_long') return { kind: 'session_broken', code: 'context_overflow', message };
  if (error === 'model_not_found') return { kind: 'failed', code: 'bad_model', message };
  if (isOutage(failure)) return { kind: 'backoff', code: 'api_unavailable', message };
  // The conversation itself is what the API refuses: it would refuse it again.
  if (status === 400 || status === 413) return { kind: 'session_broken', code: 'invalid_request', message };
  return { kind: 'failed', code: 'agent_error', message };
}

function isOutage(failure: ApiFailure): boolean {
  if (failure.error === 'server_error' || failure.apiError === 'connection_failed') return true;
  return (failure.status !== null && failure.status >= 500) || /\btimed out\b/i.test(failure.text);
}
