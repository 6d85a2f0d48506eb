/** Registers rows of the route table with typed handlers. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError } from '../contracts/errors.ts';
import type { Route } from '../contracts/route.ts';
import { ProblemSchema } from '../contracts/views.ts';
import { seedOf } from './plugins/keyed-requests.ts';

/** More mistakes than this are not listed: a body may have ten thousand. */
const MAX_FIELDS = 100;

/** What a handler gets: parsed, with defaults filled in. */
export interface Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
}

/** For the few handlers that read or set headers; the body is sent by `register`. */
export interface Http {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/**
 * Serves a row. Input is checked here and not by Fastify, which stops at the first part with a mistake: callers get all
 * of them at once. The answer is checked and serialised by the row's schema.
 */
export function register<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  app: FastifyInstance,
  row: Route<P, Q, B, A>,
  handler: (input: Input<P, Q, B>, http: Http) => Promise<z.input<A>>,
): void {
  const status = row.status ?? 200;
  app.route({
    method: row.method,
    url: row.path,
    config: { readOnly: row.readOnly === true },
    schema: {
      summary: row.summary,
      tags: [row.tag],
      ...documented('params', row.params),
      ...documented('querystring', row.query),
      ...documented('body', row.body),
      response: {
        [status]: row.answers,
        default: { description: 'Problem', content: { 'application/problem+json': { schema: ProblemSchema } } },
      },
    },
    handler: async (request, reply) => {
      const answer = await handler(parseInput(row, withCommandId(row, request)), { request, reply });
      return await reply.code(status).send(answer);
    },
  });
}

/**
 * Params, query and body of a request.
 * @throws AppError invalid_input with `details.fields` [{path, message}] of every mistake in any part
 */
export function parseInput<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  row: { readonly params: P; readonly query: Q; readonly body: B },
  request: { readonly params: unknown; readonly query: unknown; readonly body?: unknown },
): Input<P, Q, B> {
  const params = row.params.safeParse(request.params);
  const query = row.query.safeParse(request.query);
  const body = row.body.safeParse(request.body ?? {});
  if (params.success && query.success && body.success) {
    return { params: params.data, query: query.data, body: body.data };
  }
  const issues = [params, query, body].flatMap((part) => (part.success ? [] : part.error.issues));
  const fields = issues.slice(0, MAX_FIELDS).flatMap(toFields);
  const [first] = fields;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  throw new AppError('invalid_input', `${first?.path || 'The body'}: ${first?.message}${more}.`, {
    details: { fields },
  });
}

/** A command without an id of its own gets one from the request's key: its repetition is the same command. */
function withCommandId<B extends z.ZodType>(row: { readonly body: B }, request: FastifyRequest) {
  const { params, query, body } = request;
  const seed = row.body instanceof z.ZodObject && 'commandId' in row.body.shape ? seedOf(request) : null;
  const hasNone = typeof body === 'object' && body !== null && !('commandId' in body);
  return { params, query, body: seed !== null && hasNone ? { ...body, commandId: seed } : body };
}

function toFields(issue: z.core.$ZodIssue): { path: string; message: string }[] {
  const keys = issue.code === 'unrecognized_keys' ? issue.keys : [null];
  return keys.map((key) => ({
    path: [...issue.path, ...(key === null ? [] : [key])].map(String).join('.').slice(0, 500),
    message: issue.message.slice(0, 500),
  }));
}

function documented(part: 'params' | 'querystring' | 'body', schema: z.ZodType): Record<string, z.ZodType> {
  const isEmpty = schema instanceof z.ZodObject && Object.keys(schema.shape).length === 0;
  return isEmpty ? {} : { [part]: schema };
}
