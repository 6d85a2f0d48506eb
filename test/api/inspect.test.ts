/** Looking: at a path that somebody types, and at what a task left. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NAMES, taskId } from './support/lifecycle.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

it('says what is at a path, and takes a mistake for an answer', async () => {
  const shop = await stack.project('/srv/shop', ...NAMES);
  const check = async (path: string) => await stack.send('POST', '/api/projects/check', { path });
  expect(await check('/srv/shop')).toMatchObject({
    status: 200,
    body: { ok: true, name: 'shop', branch: 'main', projectId: shop.id, problem: null },
  });
  expect(await check('/nonexistent')).toMatchObject({
    status: 200,
    body: { ok: false, projectId: null, problem: { code: 'not_a_repository' } },
  });
  expect((await check('srv')).body).toMatchObject({ problem: { message: 'A path begins with a slash.' } });
});

it('has no change, prompts or evidence of a task that did nothing', async () => {
  const shop = await stack.project('/srv/shop', ...NAMES);
  const batch = await stack.batch(shop, 'a');
  const task = `/api/tasks/${taskId(batch, 'a')}`;
  expect(problemOf(await stack.send('GET', `${task}/diff`))).toMatchObject({ status: 404, code: 'diff_not_found' });
  expect((await stack.send('GET', `${task}/attempts/1/prompt`)).body).toEqual({ items: [] });
  expect((await stack.send('GET', `${task}/attempts/1/evidence`)).body).toEqual({ items: [] });
  expect((await stack.send('GET', `${task}/attempts`)).body).toMatchObject({ items: [] });
  const search = await stack.send('GET', `${task}/logs/search?attempt=1&step=agent&q=x`);
  expect(problemOf(search)).toMatchObject({ code: 'run_not_found' });
  expect((await stack.send('GET', `${task}/logs/search?attempt=1&step=agent&q=`)).status).toBe(400);
});
