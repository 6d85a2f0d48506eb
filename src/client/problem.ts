/** From problem+json back to our errors. */
import { isErrorCode } from '../contracts/error-catalogue.ts';
import { AppError } from '../contracts/errors.ts';
import type { ErrorCode } from '../contracts/error-catalogue.ts';
import type { Problem } from '../contracts/views.ts';

/** Codes for answers that are not from our API (a proxy, another program). */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = { 401: 'unauthorized', 404: 'route_not_found' };

/** The error that an answer outside 2xx stands for; the same code as on the server. */
export async function toAppError(response: Response): Promise<AppError> {
  const body = await readJson(response);
  if (isProblem(body) && isErrorCode(body.code)) {
    const { code, detail, details, retryAt } = body;
    return new AppError(code, detail, { details, ...(retryAt === undefined ? {} : { retryAt }) });
  }
  const code = BY_STATUS[response.status] ?? (response.status >= 500 ? 'stack_unreachable' : 'internal');
  return new AppError(code, `${response.url} answered ${response.status}, and not as our API does.`, {
    details: { status: response.status },
  });
}

/** JSON body of an answer; undefined when it is none. */
export async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

/** Error for a call that got no answer. */
export function unreachable(url: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : 'no answer';
  return new AppError('stack_unreachable', `The stack at ${url} cannot be reached: ${reason}.`, {
    details: { url },
    cause,
  });
}

/** What we use of a problem, looked at without a schema: this also runs in the dashboard, which carries none. */
function isProblem(body: unknown): body is Pick<Problem, 'code' | 'detail' | 'details' | 'retryAt'> {
  if (typeof body !== 'object' || body === null) return false;
  if (!('code' in body && 'detail' in body && 'details' in body)) return false;
  const { code, detail, details } = body;
  const retryAt = 'retryAt' in body ? body.retryAt : undefined;
  return (
    typeof code === 'string' &&
    typeof detail === 'string' &&
    typeof details === 'object' &&
    details !== null &&
    (retryAt === undefined || typeof retryAt === 'string')
  );
}
