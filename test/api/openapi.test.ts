/** The document: 3.1, every route, examples that are true; and the pages to browse it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { routes } from '../../src/contracts/http.ts';
import type { Route } from '../../src/contracts/route.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly example?: unknown }[];
  readonly requestBody?: { readonly content: Record<string, { readonly example?: unknown }> };
  readonly responses: Record<string, { readonly content: Record<string, { readonly example?: unknown }> }>;
}
type AnyRoute = Route<z.ZodType, z.ZodType, z.ZodType, z.ZodType>;
const rows = Object.entries<AnyRoute>(routes);

let stack: Stack;
let document: { readonly openapi: string; readonly paths: Record<string, Record<string, Operation>> };
beforeAll(async () => {
  stack = await startStack();
  document = Object((await stack.send('GET', '/openapi.json')).body);
});
afterAll(() => stack.close());

function operationOf(row: AnyRoute): Operation {
  const path = row.path.replaceAll(/:(\w+)/g, '{$1}');
  const found = document.paths[path]?.[row.method.toLowerCase()];
  if (found === undefined) throw new Error(`The document has no ${row.method} ${path}`);
  return found;
}

const examplesIn = (operation: Operation, place: string) =>
  Object.fromEntries(
    (operation.parameters ?? []).filter((each) => each.in === place).map(({ name, example }) => [name, example]),
  );

describe('/openapi.json', () => {
  it('is OpenAPI 3.1 and has every route of the table, and no other', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const described = Object.values(document.paths).flatMap((methods) => Object.keys(methods));
    expect(described).toHaveLength(rows.length);
    for (const [, row] of rows) operationOf(row);
  });

  it.each(rows)('has true examples for %s', (_, row) => {
    const operation = operationOf(row);
    const mistakes = (schema: z.ZodType, example: unknown) => [schema.safeParse(example).error?.issues ?? [], example];
    const params = examplesIn(operation, 'path');
    expect(mistakes(row.params, params)).toEqual([[], params]);
    const query = examplesIn(operation, 'query');
    expect(mistakes(row.query, query)).toEqual([[], query]);
    const body = operation.requestBody?.content['application/json']?.example ?? {};
    expect(mistakes(row.body, body)).toEqual([[], body]);
    const answer = operation.responses[String(row.status ?? 200)]?.content['application/json']?.example;
    expect(mistakes(row.answers, answer)).toEqual([[], answer]);
  });
});

describe('/docs', () => {
  const none = { host: 'localhost' };

  it('leads below /api, where a token or a session is needed', async () => {
    const moved = await stack.app.inject({ url: '/docs', headers: none });
    expect([moved.statusCode, moved.headers['location']]).toEqual([302, '/api/docs/']);
    for (const url of ['/api/docs/', '/api/docs/json', '/api/docs/static/swagger-initializer.js']) {
      expect(problemOf(await stack.send('GET', url, undefined, { authorization: '' })).code).toBe('unauthorized');
    }
  });

  it('is a page without inline scripts or styles, under the same policy as the dashboard', async () => {
    const { code } = Object((await stack.send('POST', '/api/session/codes', {})).body);
    const login = await stack.send('POST', '/api/session', { code }, { authorization: '' });
    const cookie = String(login.headers['set-cookie']).split(';', 1)[0] ?? '';
    const get = (url: string) => stack.app.inject({ url, headers: { ...none, cookie } });
    const page = await get('/api/docs/');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    expect(page.headers['content-security-policy']).not.toContain('unsafe');
    expect(page.body).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=/);
    const files = [...page.body.matchAll(/(?:src|href)="\.?([^"]+)"/g)].map(([, file]) => `/api/docs/${file}`);
    expect(files.length).toBeGreaterThan(3);
    for (const file of [...files, '/api/docs/json']) {
      expect([file, (await get(file.replaceAll('//', '/'))).statusCode]).toEqual([file, 200]);
    }
  });
});
