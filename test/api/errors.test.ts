/** Every error has one form. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CATEGORIES, ERRORS } from '../../src/contracts/error-catalogue.ts';
import { AppError } from '../../src/contracts/errors.ts';
import type { ErrorCategory, ErrorCode } from '../../src/contracts/error-catalogue.ts';
import { routes } from '../../src/contracts/http.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const one: Record<ErrorCategory, ErrorCode> = {
  input: 'invalid_settings',
  not_found: 'task_not_found',
  conflict: 'batch_closing',
  environment: 'disk_low',
  limit: 'too_many_requests',
  transient: 'no_worker',
  cancelled: 'cancelled',
  internal: 'internal',
};

describe('errors', () => {
  it.each(Object.entries(one))('category %s (%s) has the status of the catalogue', async (category, code) => {
    const shop = await stack.project(`/srv/${category}`, 'a');
    const batch = await stack.batch(shop, 'a');
    stack.batches.failure = code;
    const problem = problemOf(await stack.send('POST', `/api/batches/${batch.id}/start`, {}));
    stack.batches.failure = null;
    const expected = Object.entries(CATEGORIES).find(([name]) => name === category)?.[1];
    expect(problem).toMatchObject({ code, status: expected?.http, type: `urn:nightloom:error:${code}` });
    expect(problem.hint).toBe(ERRORS[code].hint);
  });

  it('lists every mistake of every part at once', async () => {
    const answer = await stack.send('POST', '/api/batches', {
      name: '',
      tasks: [{ projectId: 1 }, 'x'],
      onFailure: 'explode',
      flags: { attempts: 99, wrongKey: 1, alsoWrong: 2 },
    });
    expect(answer.status).toBe(400);
    const { code, details } = problemOf(answer);
    expect(code).toBe('invalid_input');
    const paths = (details['fields'] as { path: string }[]).map((field) => field.path);
    expect(paths.toSorted()).toEqual(
      [
        'name',
        'tasks.0.projectId',
        'tasks.1',
        'onFailure',
        'flags.attempts',
        'flags.wrongKey',
        'flags.alsoWrong',
      ].toSorted(),
    );
  });

  it('says so for unknown routes, malformed JSON and poisoned keys', async () => {
    expect(problemOf(await stack.send('GET', '/api/nothing')).code).toBe('route_not_found');
    expect(problemOf(await stack.send('GET', '/nothing')).status).toBe(404);
    for (const payload of ['{', '{"__proto__": {"x": 1}}', '{"constructor": {"prototype": {}}}', '']) {
      const response = await stack.app.inject({
        method: 'POST',
        url: '/api/projects',
        headers: {
          host: 'localhost',
          authorization: 'Bearer secret-token-of-the-tests',
          'content-type': 'application/json',
        },
        payload,
      });
      expect(response.statusCode).toBe(400);
      expect(response.json()).toMatchObject({ code: 'invalid_input' });
    }
  });

  it('hides what went wrong inside', async () => {
    const shop = await stack.project('/srv/inside', 'a');
    const broken = vi.spyOn(stack.door, 'listRequirements');
    const inside = { details: { password: 'hunter2' }, cause: new Error('hunter2') };
    for (const error of [new Error('hunter2'), new AppError('internal', 'A bug.', inside)]) {
      broken.mockRejectedValue(error);
      const answer = await stack.send('GET', `/api/projects/${shop.id}/requirements`);
      expect(problemOf(answer)).toMatchObject({ code: 'internal', status: 500, details: {} });
      expect(JSON.stringify(answer)).not.toContain('hunter2');
    }
    broken.mockRestore();
  });

  it('names when to come back', async () => {
    const shop = await stack.project('/srv/later', 'a');
    const retryAt = new Date(Date.now() + 30_000).toISOString();
    const busy = vi.spyOn(stack.door, 'listRequirements');
    busy.mockRejectedValue(new AppError('database_busy', 'Not now.', { retryAt }));
    const answer = await stack.send('GET', `/api/projects/${shop.id}/requirements`);
    busy.mockRestore();
    expect(problemOf(answer)).toMatchObject({ retryAt });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(25);
  });

  it('has an OpenAPI 3.1 document of all routes without unused components', async () => {
    const { body } = await stack.send('GET', '/openapi.json');
    const document = body as {
      openapi: string;
      paths: Record<string, object>;
      components: { schemas: Record<string, unknown> };
    };
    expect(document.openapi).toBe('3.1.0');
    for (const row of Object.values(routes)) {
      expect(document.paths[row.path.replaceAll(/:(\w+)/g, '{$1}')]).toHaveProperty(row.method.toLowerCase());
    }
    const text = JSON.stringify(document);
    const components = Object.keys(document.components.schemas);
    expect(components).toContain('Batch');
    for (const name of components) expect(text).toContain(`"#/components/schemas/${name}"`);
    for (const [, name] of text.matchAll(/#\/components\/schemas\/([^"]+)"/g)) expect(components).toContain(name);
  });
});
