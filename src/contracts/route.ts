/** What a row of the route table is made of. */
import { z } from 'zod';

/** One route. `answers` is the body of the 2xx answer; errors are always problem+json. */
export interface Route<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly answers: Answer;
  /** Status of success; default 200. */
  readonly status?: 200 | 201 | 202;
  /** Changes nothing although its method says so: it asks with a body. */
  readonly readOnly?: true;
}

const none = z.object({});
/** Path with one id. */
export const id = z.object({ id: z.string().min(1).max(200) });

/** A row of the table; parts that are left out are empty objects. */
export function route<
  P extends z.ZodType = typeof none,
  Q extends z.ZodType = typeof none,
  B extends z.ZodType = typeof none,
  A extends z.ZodType = z.ZodType,
>(row: {
  method: Route<P, Q, B, A>['method'];
  path: string;
  summary: string;
  tag: string;
  params?: P;
  query?: Q;
  body?: B;
  answers: A;
  status?: 200 | 201 | 202;
  readOnly?: true;
}): Route<P, Q, B, A> {
  // The type parameters default to the empty object exactly where the row leaves the part out.
  const empty = none as unknown;
  return {
    ...row,
    params: row.params ?? (empty as P),
    query: row.query ?? (empty as Q),
    body: row.body ?? (empty as B),
  };
}

/** Query of a list. */
export const page = {
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(500).optional(),
};
/** Query of a list that is short by nature: all of it unless a page is asked for. */
export const shortPage = {
  limit: z.coerce.number().int().min(1).max(500).optional().describe('Default: all'),
  cursor: z.string().max(6000).optional(),
};
/** One page of a list. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
/** A command that makes no sense to send twice carries its own id; the CLI makes one. */
export const commandBody = z.object({ commandId: z.string().min(1).max(100).optional() });
