/** What GitHub answered instead of what was asked for, as errors of the catalogue. */
import { AppError } from '../../contracts/errors.ts';
import type { ErrorCode } from '../../contracts/error-catalogue.ts';
import { shorten } from './text.ts';

interface Answer {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** GitHub's advice where a secondary limit comes without a time: at least a minute. */
const NO_TIME_GIVEN_MS = 60_000;

/**
 * The error for a request that did not end well.
 * @param what the request in words, as the subject of a sentence: `Reading issue 12 of octo/app`
 */
export function toGithubError(error: unknown, what: string, nowMs: number): AppError {
  if (AppError.is(error)) return error;
  const answer = answerOf(error);
  if (answer === null) {
    const reason = error instanceof Error ? error.message : String(error);
    return new AppError('github_unreachable', `${what} failed: ${shorten(reason)}.`, { details: { reason } });
  }
  const { status, message } = answer;
  const details = { status, message };
  const said = `GitHub answered ${status} (${message})`;
  const limitedUntilMs = limitEnd(answer, nowMs);
  if (limitedUntilMs !== null) {
    const retryAt = new Date(limitedUntilMs).toISOString();
    return new AppError('github_limit', `${what} has to wait until ${retryAt}: ${said}.`, { details, retryAt });
  }
  return new AppError(codeOf(status), `${what} failed: ${said}.`, { details });
}

function codeOf(status: number): ErrorCode {
  if (status === 401) return 'github_needs_login';
  if (status === 403) return 'github_forbidden';
  if (status === 404 || status === 410 || status === 451) return 'github_not_found';
  return status >= 500 || status === 408 ? 'github_unreachable' : 'github_refused';
}

/**
 * When requests are allowed again; null when it is no limit.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
function limitEnd({ status, message, headers }: Answer, nowMs: number): number | null {
  if (status !== 403 && status !== 429) return null;
  const seconds = Number(headers['retry-after']);
  if (Number.isFinite(seconds) && seconds > 0) return nowMs + seconds * 1000;
  const resetsAt = Number(headers['x-ratelimit-reset']);
  if (headers['x-ratelimit-remaining'] === '0') return Math.max(nowMs + 1000, resetsAt * 1000);
  return status === 429 || /rate limit/i.test(message) ? nowMs + NO_TIME_GIVEN_MS : null;
}

/** Status and text of an answer of GitHub; null when there was none. Connection errors come as a 500 without headers. */
function answerOf(error: unknown): Answer | null {
  if (typeof error !== 'object' || error === null || !('status' in error) || !('response' in error)) return null;
  const { status, response } = error;
  if (typeof status !== 'number' || typeof response !== 'object' || response === null) return null;
  const headers = 'headers' in response && isHeaders(response.headers) ? response.headers : {};
  return { status, message: shorten(messageOf(response) ?? ''), headers };
}

function messageOf(response: object): string | null {
  const data = 'data' in response ? response.data : null;
  if (typeof data !== 'object' || data === null || !('message' in data) || typeof data.message !== 'string')
    return null;
  const errors = 'errors' in data && Array.isArray(data.errors) ? data.errors : [];
  const more = errors.flatMap((each: unknown) =>
    typeof each === 'object' && each !== null && 'message' in each ? [String(each.message)] : [],
  );
  return [data.message, ...more].join(': ');
}

function isHeaders(value: unknown): value is Record<string, string | undefined> {
  return typeof value === 'object' && value !== null;
}
