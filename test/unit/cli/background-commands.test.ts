/** `nightloom background`: what is asked of the API, and what is said. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProposalView } from '../../../src/contracts/background-routes.ts';
import type { RouteAnswer } from '../../../src/contracts/http.ts';
import { Refusal } from './api-server.ts';
import { cliHome } from './cli-home.ts';
import { PROJECT, taskDetail, taskPage, taskView } from './views.ts';

const NONE = taskPage([]);
const [MADE] = taskPage([taskView({ id: 't_aaaaaaaaaa', kind: 'refine', name: 'refine', status: 'queued' })]).items;
const made = (): RouteAnswer<'createTask'> => MADE ?? fail();
const item = (id: string, fields: Partial<ProposalView> = {}): ProposalView => ({
  id,
  role: 'story',
  change: 'create',
  title: `About ${id}`,
  reason: null,
  text: `# ${id}\n`,
  state: 'open',
  message: null,
  sha256: null,
  ...fields,
});

const home = cliHome({ listProjects: () => ({ items: [PROJECT], nextCursor: null }), listTasks: () => NONE });
const cli = home.run;
const start = (...args: string[]) =>
  cli(['background', 'start', ...args, '--project', PROJECT.name], { createTask: made });

describe('background start', () => {
  it.each([
    [['refine'], { kind: 'refine', params: {} }],
    [
      ['refine', '.claude/commands/login.md', '--focus', 'errors'],
      { kind: 'refine', params: { requirements: ['login'], focus: 'errors' } },
    ],
    [['generate', 'A', 'cart', '--count', '3'], { kind: 'generate', params: { description: 'A cart', count: 3 } }],
    [
      ['story-edit', 'login', 'Use', 'passkeys'],
      { kind: 'story-edit', params: { storyId: 'login', target: 'Use passkeys' } },
    ],
  ])('%j', async (args, body) => {
    const { exitCode, stdout } = await start(...args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('See: nightloom background show t_aaaaaaaaaa');
    expect(home.calls.at(-1)?.body).toEqual({ ...body, projectId: PROJECT.id });
  });

  it('takes a long description from a file', async () => {
    await writeFile(join(home.folder, 'wanted.md'), 'A whole shop.');
    await start('generate', '--file', 'wanted.md');
    expect(home.calls.at(-1)?.body).toMatchObject({ params: { description: 'A whole shop.' } });
  });

  it('names one of that kind that runs already, unless another is wanted', async () => {
    const running = taskPage([taskView({ id: 't_bbbbbbbbbb', kind: 'refine', status: 'running' })]);
    const { exitCode, stderr } = await cli(['background', 'start', 'refine', '--project', 'shop'], {
      listTasks: () => running,
    });
    expect(exitCode).toBe(5);
    expect(stderr).toContain('refine is running already: t_bbbbbbbbbb');
    expect(stderr).toContain('--another');
    expect((await start('refine', '--another')).exitCode).toBe(0);
  });

  it('refuses another kind', async () => {
    expect((await start('deploy')).exitCode).toBe(2);
  });

  it('waits for the end and shows what came of it', async () => {
    let asked = 0;
    const { stdout } = await cli(['background', 'start', 'refine', '--wait', '--project', 'shop'], {
      createTask: made,
      getTask: () => {
        asked += 1;
        return taskDetail({
          kind: 'refine',
          status: asked < 2 ? 'running' : 'completed',
          result: { summary: 'Fine.' },
        });
      },
      listProposals: () => ({ items: [] }),
    });
    expect(stdout).toMatch(/\(completed\)\nFine\.\n$/);
  });
});

describe('background list, show and apply', () => {
  it('lists background tasks only', async () => {
    const page = taskPage([taskView({ kind: 'refine', name: 'refine' }), taskView({ kind: 'custom-command' })]);
    const { stdout } = await cli(['background', 'list', '--project', 'shop'], { listTasks: () => page });
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(home.calls.at(-1)?.query).toMatchObject({ alone: 'true', deleted: 'false', project: PROJECT.id });
  });

  it('shows the summary, each item and what is in its way', async () => {
    const items = [item('cart'), item('pay', { state: 'taken', message: 'There is another requirement pay.' })];
    const { exitCode, stdout } = await cli(['background', 'show', 't_aaaaaaaaaa', '--text'], {
      getTask: () => taskDetail({ kind: 'generate', status: 'completed', result: { reasoning: 'Asked for.' } }),
      listProposals: () => ({ items }),
    });
    expect(exitCode).toBe(0);
    const lines = stdout.trimEnd().split('\n').slice(1);
    expect(lines).toEqual([
      'Asked for.',
      'cart  create, open: About cart',
      '    # cart',
      'pay  create, taken: About pay',
      '  There is another requirement pay.',
      '    # pay',
      expect.stringContaining('nightloom background apply'),
    ]);
  });

  it('ends with 1 for one that failed', async () => {
    const failure = { code: 'verification_failed', message: 'No answer.', step: 'verify' } as const;
    const { exitCode, stdout } = await cli(['background', 'show', 't_aaaaaaaaaa'], {
      getTask: () => taskDetail({ kind: 'refine', status: 'failed', failure }),
    });
    expect([exitCode, stdout.includes('No answer.')]).toEqual([1, true]);
  });

  it('applies the named items, and says how to undo it', async () => {
    const { stdout } = await cli(['background', 'apply', 't_aaaaaaaaaa', 'cart.md', '--overwrite'], {
      applyTask: () => ({
        applied: ['cart'],
        already: [],
        undoToken: 'apply-1234',
        message: 'Written: cart.',
        items: [],
      }),
    });
    expect(stdout).toBe('Written: cart.\nUndo: nightloom requirement restore apply-1234\n');
    expect(home.calls.at(-1)).toMatchObject({
      params: { id: 't_aaaaaaaaaa' },
      body: { items: ['cart'], overwrite: true },
    });
  });

  it('ends with 5 when something is in the way', async () => {
    const { exitCode, stderr } = await cli(['background', 'apply', 't_aaaaaaaaaa'], {
      applyTask: () => {
        throw new Refusal(
          'apply_conflict',
          'Requirement cart was changed since the task was made. Nothing was applied.',
        );
      },
    });
    expect(exitCode).toBe(5);
    expect(stderr).toContain('--overwrite');
  });
});

function fail(): never {
  throw new Error('no task');
}
