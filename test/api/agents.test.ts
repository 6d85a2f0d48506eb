import { afterEach, beforeEach, expect, it } from 'vitest';
import { startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

it('the agents of the host are listed with what is missing', async () => {
  const { status, body } = await stack.send('GET', '/api/agents');
  expect(status).toBe(200);
  expect(body).toEqual({
    items: [{ name: 'claude', installed: true, version: '2.1', login: 'no', method: null, repair: 'log in' }],
    nextCursor: null,
  });
});

it('what the host needs is listed with what repairs it', async () => {
  const { status, body } = await stack.send('GET', '/api/doctor');
  expect(status).toBe(200);
  expect(body).toEqual({
    items: [{ name: 'git', ok: false, level: 'error', message: 'git was not found.', repair: 'Install git.' }],
    nextCursor: null,
  });
});
