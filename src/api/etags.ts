/** ETags of what can be edited, and `If-Match` (RFC 9110, 13.1.1). */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { canonicalJson } from '../contracts/canonical-json.ts';
import { AppError } from '../contracts/errors.ts';

/** ETag of a state: equal for equal states, whichever process answers. */
function etagOf(state: unknown): string {
  return `"${createHash('sha256').update(canonicalJson(state)).digest('hex').slice(0, 32)}"`;
}

/** Tells the caller which state `answer` shows. @param state its part that can be edited */
export function withEtag<Answer>(reply: FastifyReply, answer: Answer, state: unknown): Answer {
  void reply.header('etag', etagOf(state));
  return answer;
}

/**
 * Returns if the request has no `If-Match`, or one that fits `state`. Weak ETags never fit.
 * @throws AppError changed_meanwhile with `details.etag` and `details.current`
 */
export function checkMatch(request: FastifyRequest, state: unknown): void {
  if (!isBound(request)) return;
  const etag = etagOf(state);
  const header = request.headers['if-match'] ?? '';
  if (header.split(',').some((each) => each.trim() === etag)) return;
  throw new AppError('changed_meanwhile', 'It is not what If-Match names any more.', {
    details: { etag, current: state },
  });
}

/** True if the request is only for one state. */
export function isBound({ headers }: FastifyRequest): boolean {
  return headers['if-match'] !== undefined && headers['if-match'].trim() !== '*';
}
