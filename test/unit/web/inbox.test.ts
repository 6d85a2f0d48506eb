/** Where entries of the inbox lead: only to pages of the dashboard. */
import { describe, expect, it } from 'vitest';
import type { InboxEntry } from '../../../src/contracts/inbox-routes.ts';
import { entryDetail, entryPath, entryState, entryTitle } from '../../../web/src/model/inbox.ts';

const base = {
  id: 't_aaaaaaaaaa',
  at: '2026-03-01T02:00:00.000Z',
  batchId: 's_aaaaaaaaaa',
  batchName: 'refine',
  projectId: 'p_aaaaaaaaaa',
  projectName: 'repo',
  readAt: null,
  deletedAt: null,
};
const task = (fields: Partial<Extract<InboxEntry, { source: 'task' }>> = {}): InboxEntry => ({
  ...base,
  source: 'task',
  taskId: base.id,
  kind: 'refine',
  status: 'completed',
  name: 'refine',
  title: 'refine',
  failure: null,
  context: null,
  ...fields,
});

describe('entryPath', () => {
  it('leads to the page a result was started from, and says which result', () => {
    expect(entryPath(task({ context: { returnPath: '/projects/p_aaaaaaaaaa' } }))).toBe(
      '/projects/p_aaaaaaaaaa?result=t_aaaaaaaaaa',
    );
    expect(entryPath(task({ context: { returnPath: '/projects/p_aaaaaaaaaa?q=x' } }))).toBe(
      '/projects/p_aaaaaaaaaa?q=x&result=t_aaaaaaaaaa',
    );
  });

  it.each([
    'https://elsewhere',
    '//elsewhere',
    String.raw`/\elsewhere`,
    'javascript:alert(1)',
    '/a b',
    '/a#b',
    7,
    null,
  ])('does not follow %j', (returnPath) => {
    expect(entryPath(task({ context: { returnPath } }))).toBe('/tasks/t_aaaaaaaaaa');
  });

  it('leads to the task that failed, and to the batch of a notice', () => {
    const context = { returnPath: '/projects/p_aaaaaaaaaa' };
    expect(entryPath(task({ status: 'failed', context }))).toBe('/tasks/t_aaaaaaaaaa');
    const held: InboxEntry = { ...base, source: 'notice', notice: 'held', message: 'Log in.', resolvedAt: null };
    expect(entryPath(held)).toBe('/batches/s_aaaaaaaaaa');
    expect([entryTitle(held), entryState(held).word, entryDetail(held)]).toEqual(['refine', 'Needs you', 'Log in.']);
    expect(entryState({ ...held, resolvedAt: base.at }).word).toBe('Over');
  });
});
