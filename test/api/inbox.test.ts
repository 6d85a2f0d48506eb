/** The inbox over HTTP, and what the user has seen of tasks. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../src/contracts/http.ts';
import type { RouteAnswer } from '../../src/contracts/http.ts';
import type { BatchView } from '../../src/contracts/views.ts';
import { change, end, idOf, taskId } from './support/lifecycle.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
let batch: BatchView;
beforeEach(async () => {
  stack = await startStack();
  batch = await stack.batch(await stack.project('/srv/shop', 'a', 'b', 'c'), 'a', 'b', 'c');
  await end(stack, batch, 'a', 'b');
  await change(stack, batch, ({ details }) => {
    for (const each of Object.values(details)) each.completedAtMs = Date.now();
  });
});
afterEach(() => stack.close());

async function tasks(query = ''): Promise<RouteAnswer<'listTasks'>> {
  return routes.listTasks.answers.parse((await stack.send('GET', `/api/tasks${query}`)).body);
}
async function inbox(query = ''): Promise<RouteAnswer<'listInbox'>> {
  return routes.listInbox.answers.parse((await stack.send('GET', `/api/inbox${query}`)).body);
}
const names = (list: RouteAnswer<'listTasks'>): string[] => list.items.map((task) => task.name).toSorted();

describe('GET /api/tasks', () => {
  it('lists every task with the number of unread ends, under both names of its kind', async () => {
    const list = await tasks();
    expect(names(list)).toEqual(['a', 'b', 'c']);
    expect(list.unreadCount).toBe(2);
    expect(list.items[0]).toMatchObject({ kind: 'requirement', type: 'requirement', readAt: null, deletedAt: null });
  });

  it('takes the older words complete and type', async () => {
    expect(names(await tasks('?status=complete&type=requirement'))).toEqual(['c']);
    expect(names(await tasks('?status=completed&kind=requirement'))).toEqual(['c']);
    expect((await tasks('?type=refine')).items).toEqual([]);
    expect((await tasks('?type=refine&kind=requirement')).items).toEqual([]);
  });

  it('filters by what is unread and what was dismissed', async () => {
    await stack.send('PATCH', `/api/tasks/${taskId(batch, 'a')}`, { read: true });
    await stack.send('PATCH', `/api/tasks/${taskId(batch, 'b')}`, { deleted: true });
    expect(names(await tasks())).toEqual(['a', 'c']);
    expect(names(await tasks('?unread=true'))).toEqual([]);
    expect(names(await tasks('?unread=true&deleted=all'))).toEqual(['b']);
    expect(names(await tasks('?unread=false'))).toEqual(['a', 'c']);
    expect(names(await tasks('?deleted=true'))).toEqual(['b']);
    expect(names(await tasks('?deleted=all'))).toEqual(['a', 'b', 'c']);
    expect((await tasks()).unreadCount).toBe(0);
  });
});

describe('PATCH /api/tasks/:id', () => {
  it('[P11] marks, and takes back', async () => {
    const url = `/api/tasks/${taskId(batch, 'a')}`;
    const read = await stack.send('PATCH', url, { read: true, deleted: true });
    expect(read.body).toMatchObject({ name: 'a', readAt: expect.any(String), deletedAt: expect.any(String) });
    expect((await inbox('?show=deleted')).items).toHaveLength(1);
    const back = await stack.send('PATCH', url, { read: false, deleted: false });
    expect(back.body).toMatchObject({ readAt: null, deletedAt: null });
    expect((await inbox()).unreadCount).toBe(2);
  });

  it('refuses a body that says nothing, and a task that is not there', async () => {
    const url = `/api/tasks/${taskId(batch, 'a')}`;
    expect(problemOf(await stack.send('PATCH', url, {}))).toMatchObject({ status: 400, code: 'invalid_input' });
    const missing = await stack.send('PATCH', '/api/tasks/t_zzzzzzzzzz', { read: true });
    expect(problemOf(missing)).toMatchObject({ status: 404, code: 'task_not_found' });
  });
});

describe('the inbox', () => {
  it('has failed tasks with their reason, and what a batch has done', async () => {
    const { items, unreadCount, nextCursor } = await inbox();
    expect(unreadCount).toBe(2);
    expect(nextCursor).toBeNull();
    expect(items).toMatchObject([
      { source: 'task', status: 'failed', projectName: 'shop', context: null },
      { source: 'task', status: 'failed', batchId: batch.id },
    ]);
  });

  it('[P11] reads, dismisses and restores an entry, and pages', async () => {
    const [first] = (await inbox()).items;
    const url = `/api/inbox/${first?.id}`;
    expect((await stack.send('PATCH', url, { read: true })).body).toEqual({ id: first?.id, unreadCount: 1 });
    await stack.send('PATCH', url, { deleted: true });
    expect((await inbox()).items).toHaveLength(1);
    expect((await inbox('?show=deleted')).items).toMatchObject([{ id: first?.id }]);
    await stack.send('PATCH', url, { deleted: false });
    const page = await inbox('?limit=1');
    expect(page.nextCursor).not.toBeNull();
    expect((await inbox(`?limit=1&cursor=${page.nextCursor}`)).items).toHaveLength(1);
    expect((await inbox('?show=unread')).items).toHaveLength(1);
  });

  it('says that there is no such entry', async () => {
    for (const id of ['t_zzzzzzzzzz', 'nonsense']) {
      const answer = await stack.send('PATCH', `/api/inbox/${id}`, { read: true });
      expect(problemOf(answer)).toMatchObject({ status: 404, code: 'inbox_entry_not_found' });
    }
  });

  it.each(['/api/inbox/read-all', '/api/tasks/clear'])('[P11] marks everything as read: %s', async (url) => {
    expect((await stack.send('POST', url, {})).body).toEqual({ cleared: 2, unreadCount: 0 });
    expect((await stack.send('POST', url, {})).body).toEqual({ cleared: 0, unreadCount: 0 });
    expect((await inbox()).items).toHaveLength(2);
  });

  it('[P11] tells every change in the journal with the number that is left', async () => {
    await stack.send('PATCH', `/api/inbox/${taskId(batch, 'a')}`, { read: true });
    await change(stack, batch, () => undefined);
    const told = (await stack.store.events.after(0, { limit: 500 })).filter(({ type }) => type === 'inbox.changed');
    expect(told.map(({ data }) => data['unread'])).toEqual([2, 1]);
    await stack.store.batches.setDeleted(idOf(batch), Date.now());
    expect((await inbox()).items).toEqual([]);
  });
});
