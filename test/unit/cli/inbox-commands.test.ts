/** `nightloom inbox`: what is asked of the API, and what is said. */
import { describe, expect, it } from 'vitest';
import type { InboxEntry } from '../../../src/contracts/inbox-routes.ts';
import { Refusal } from './api-server.ts';
import { cliHome } from './cli-home.ts';

const home = cliHome();
const cli = home.run;

const base = {
  at: '2026-03-01T02:00:00.000Z',
  batchId: 'b_aaaaaaaaaa',
  batchName: 'Night 1',
  projectId: 'p_aaaaaaaaaa',
  projectName: 'repo',
  readAt: null,
  deletedAt: null,
};
const ENTRIES: InboxEntry[] = [
  { ...base, id: 'held:1', source: 'notice', notice: 'held', message: 'Log in:\n`claude`', resolvedAt: null },
  {
    ...base,
    id: 't_aaaaaaaaaa',
    taskId: 't_aaaaaaaaaa',
    source: 'task',
    kind: 'requirement',
    status: 'failed',
    name: 'fix-it',
    title: 'Fix it',
    failure: { code: 'agent_error', message: 'It broke.', step: 'agent' },
    context: null,
  },
];

describe('inbox', () => {
  it('shows unread entries, one a line, with what happened', async () => {
    const listInbox = () => ({ items: ENTRIES, unreadCount: 2, nextCursor: null });
    const { exitCode, stdout } = await cli(['inbox'], { listInbox });
    expect(exitCode).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^● {2}held:1 .*Night 1 held +Log in: `claude`$/);
    expect(lines[1]).toMatch(/^● {2}t_aaaaaaaaaa .*fix-it failed +It broke\.$/);
    expect(home.calls[0]?.query).toMatchObject({ show: 'unread' });
  });

  it.each([
    [['inbox', '--all'], 'current'],
    [['inbox', '--deleted', '--json'], 'deleted'],
  ])('%j asks for %s ones', async (args, show) => {
    const { exitCode } = await cli(args, { listInbox: () => ({ items: [], unreadCount: 0, nextCursor: null }) });
    expect(exitCode).toBe(0);
    expect(home.calls[0]?.query).toMatchObject({ show });
  });

  it.each([
    ['read', { read: true }],
    ['dismiss', { deleted: true }],
    ['restore', { deleted: false }],
  ])('%s marks one entry', async (verb, body) => {
    const { exitCode, stdout } = await cli(['inbox', verb, 'held:1'], {
      markInboxEntry: ({ params }) => ({ id: params['id'] ?? '', unreadCount: 1 }),
    });
    expect([exitCode, stdout]).toEqual([0, 'Done; 1 unread.\n']);
    expect(home.calls[0]).toMatchObject({ params: { id: 'held:1' }, body });
  });

  it('marks everything as read', async () => {
    const { stdout } = await cli(['inbox', 'clear'], { readInbox: () => ({ cleared: 1, unreadCount: 0 }) });
    expect(stdout).toBe('Marked 1 entry as read.\n');
  });

  it('ends with 4 when there is no such entry', async () => {
    const { exitCode, stderr } = await cli(['inbox', 'read', 'nope'], {
      markInboxEntry: () => {
        throw new Refusal('inbox_entry_not_found', 'There is no entry nope in the inbox.');
      },
    });
    expect(exitCode).toBe(4);
    expect(stderr).toContain('nightloom inbox --all');
  });
});
