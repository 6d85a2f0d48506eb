import { describe, expect, it } from 'vitest';
import { Refusal } from './api-server.ts';
import { cliHome } from './cli-home.ts';
import { taskPage, taskView } from './views.ts';

const home = cliHome();
const cli = home.run;

const BATCH = 'b_aaaaaaaaaa';
const page = <Item>(items: Item[]): { items: Item[]; nextCursor: null } => ({ items, nextCursor: null });

describe('many batches', () => {
  const answer = { result: 'applied' as const, status: 'paused' as const, running: null, message: 'It is paused.' };

  it('batch pause --all names each; the first refusal decides the exit code', async () => {
    const one = { batchId: BATCH, name: 'One', answer, error: null };
    const error = { code: 'no_worker', message: 'No worker answered.' };
    const result = await cli(['batch', 'pause', '--all', '--now'], {
      pauseAll: () => ({ items: [one, { ...one, name: 'Two', answer: null, error }] }),
    });
    expect(result.exitCode).toBe(8);
    expect(result.stdout).toBe(`✓ One (${BATCH}): It is paused.\n✗ Two (${BATCH}): No worker answered.\n`);
    expect(home.calls[0]?.body).toMatchObject({ now: true, commandId: expect.any(String) });
  });

  it.each([
    [['batch', 'pause']],
    [['batch', 'resume', BATCH, '--all']],
    [['batch', 'offload', BATCH, BATCH]],
    [['batch', 'offload', BATCH, '--new', 'x']],
    [['lanes', '--limit', '65']],
  ])('%j is a usage mistake', async (args) => {
    const result = await cli(args, null);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toMatch(/^Next: nightloom /m);
  });

  it('batch offload resolves names in the source, and exits with 5 when some stayed', async () => {
    const task = taskView({ id: 't_cccccccccc', name: 'fix-it' });
    const result = await cli(['batch', 'offload', BATCH, 'b_bbbbbbbbbb', 'fix-it'], {
      listTasks: () => taskPage([task]),
      offload: () => ({
        source: BATCH,
        target: { id: 'b_bbbbbbbbbb', name: 'Rest', created: false, reopened: true },
        tasks: [{ taskId: task.id, name: 'fix-it', batchId: BATCH, result: 'stayed', reason: 'it is failed' }],
      }),
    });
    expect(result.exitCode).toBe(5);
    expect(result.stdout).toBe('✗ fix-it  stayed: it is failed\nBatch Rest (b_bbbbbbbbbb) was reopened.\n');
    expect(home.calls.at(-1)?.body).toMatchObject({ to: 'b_bbbbbbbbbb', taskIds: [task.id], running: false });
  });

  it('refusals print the reason of every task', async () => {
    const result = await cli(['batch', 'retry', BATCH, 't_aaaaaaaaaa', 't_bbbbbbbbbb'], {
      retryBatch: () => {
        const tasks = ['a', 'b'].map((name) => ({ task: `t_${name.repeat(10)}`, name, reason: 'completed' }));
        throw new Refusal('illegal_transition', '2 of the tasks cannot be retried.', { tasks });
      },
    });
    expect(result.exitCode).toBe(5);
    expect(result.stderr).toContain('  t_aaaaaaaaaa  a  completed\n  t_bbbbbbbbbb  b  completed\n');
  });

  it('batch delete says how to undo it', async () => {
    const deletedAt = '2026-11-20T20:00:00Z';
    const deleted = { id: BATCH, name: 'One', deletedAt, restorableUntil: deletedAt, message: 'It is deleted.' };
    const result = await cli(['batch', 'delete', BATCH], { deleteBatch: () => deleted });
    expect(result.stdout).toMatch(/^One \(b_a+\): It is deleted\.\nUndo it until .*: nightloom batch restore b_a+\n$/);
  });

  it.each([
    [[], 'current'],
    [['--all'], 'all'],
    [['--deleted'], 'deleted'],
  ])('batch list %j asks for %s ones', async (flags, show) => {
    await cli(['batch', 'list', ...flags], { listBatches: () => page([]) });
    expect(home.calls[0]?.query).toMatchObject({ show });
  });
});
