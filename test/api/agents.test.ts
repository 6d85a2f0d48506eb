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
