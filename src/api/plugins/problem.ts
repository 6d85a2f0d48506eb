/** The one translator from errors to problem+json (RFC 9457). */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CATEGORIES, ERRORS } from '../../contracts/error-catalogue.ts';
import { AppError } from '../../contracts/errors.ts';
import type { ErrorCode } from '../../contracts/error-catalogue.ts';
import type { Problem } from '../../contracts/views.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Fallback } from './static.ts';

const MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** Where HTTP says more than the category. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  unauthorized: 401,
  origin_not_allowed: 403,
  host_not_allowed: 421,
  requirement_changed: 412,
  webhook_changed: 412,
  changed_meanwhile: 412,
};

/** HTTP status of a code. */
export function statusOf(code: ErrorCode): number {
  return STATUSES[code] ?? CATEGORIES[ERRORS[code].category].http;
}

/**
 * Answers errors of every handler, unknown routes, and requests that Fastify itself refuses.
 * @param fallback asked first for addresses without a route
 */
export function installProblems(
  app: FastifyInstance,
  deps: { logger: Logger; clock: Clock },
  fallback: Fallback | null = null,
): void {
  app.setErrorHandler((error: unknown, request, reply) => sendProblem(error, request, reply, deps));
  app.setNotFoundHandler((request, reply) => {
    if (fallback?.(request, reply) === true) return reply;
    const path = request.url.split('?', 1)[0]?.slice(0, 200);
    const error = new AppError('route_not_found', `There is no ${request.method} ${path}.`);
    return sendProblem(error, request, reply, deps);
  });
}

/** Sends `error` as a problem; what is not meant for callers becomes `internal` and goes to the log. */
export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: { logger: Logger; clock: Clock },
): FastifyReply {
  const known = toAppError(error);
  const appError = known ?? new AppError('internal', `Request ${request.id} failed by a mistake of ours.`);
  if (appError.category === 'internal') {
    deps.logger.error({ err: error, requestId: request.id, method: request.method }, 'a request failed');
  }
  const refusedByFastify = AppError.is(error) ? null : clientStatus(error);
  const status = refusedByFastify ?? statusOf(appError.code);
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  const waitMs = appError.retryAt === undefined ? NaN : Date.parse(appError.retryAt) - deps.clock.now();
  if (!Number.isNaN(waitMs)) void reply.header('retry-after', Math.max(1, Math.ceil(waitMs / 1000)));
  return reply
    .code(status)
    .type(MEDIA_TYPE)
    .serializer((body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body)))
    .send(JSON.stringify(toProblem(appError, status)));
}

/** The body for an error. */
function toProblem(error: AppError, status: number): Problem {
  const { summary, hint } = ERRORS[error.code];
  return {
    type: `urn:nightloom:error:${error.code}`,
    title: summary,
    status,
    detail: error.message,
    code: error.code,
    hint,
    ...(error.retryAt === undefined ? {} : { retryAt: error.retryAt }),
    // An internal error's details are for the log.
    details: error.category === 'internal' ? {} : { ...error.details },
  };
}

function toAppError(error: unknown): AppError | null {
  if (AppError.is(error)) return error;
  const status = clientStatus(error);
  if (status === null || !(error instanceof Error)) return null;
  const message = `${error.message.replace(/\.$/, '')}.`;
  return new AppError('invalid_input', message, { details: { fields: [{ path: 'body', message }] } });
}

/** Status of a refusal by Fastify (malformed JSON, too large, wrong media type); null for anything else. */
function clientStatus(error: unknown): number | null {
  if (!isFastifyError(error)) return null;
  const { statusCode } = error;
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500 ? statusCode : null;
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
}
