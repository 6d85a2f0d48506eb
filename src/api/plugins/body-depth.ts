/** Refuses bodies that are nested deeper than any of ours: a megabyte of brackets would use up the stack of whoever walks them. */
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../contracts/errors.ts';

const MAX_DEPTH = 64;

/** Registers the check; before everything that looks into a body. */
export function installBodyDepth(app: FastifyInstance): void {
  app.addHook('preValidation', async (request) => {
    if (!isDeep(request.body)) return;
    const message = `is nested more than ${MAX_DEPTH} levels deep`;
    throw new AppError('invalid_input', `The body ${message}.`, { details: { fields: [{ path: 'body', message }] } });
  });
}

/** Level by level, without recursion. */
function isDeep(body: unknown): boolean {
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((value): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return false;
}
