/** Batches over HTTP: creation, changes to the list, what is read of them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asId } from '../../src/contracts/ids.ts';
import { BatchViewSchema } from '../../src/contracts/views.ts';
import type { BatchView } from '../../src/contracts/views.ts';
import { sha256 } from './support/memory-door.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

const names = (view: unknown): string[] => BatchViewSchema.parse(view).tasks.map((task) => task.name);
const start = (batch: BatchView, body: object = {}) => stack.send('POST', `/api/batches/${batch.id}/start`, body);

/** Ends a batch as its workflow would. */
async function complete(batch: BatchView): Promise<void> {
  const id = asId('batch', batch.id);
  const state = stack.batches.states.get(id);
  if (state === undefined) throw new Error('no such workflow');
  state.status = 'completed';
  state.completedAtMs = 1000;
  const [first] = state.tasks;
  if (first !== undefined) first.status = 'completed';
  const policy = {
    maxAttempts: 1,
    maxFixes: 0,
    maxContinuations: 0,
    onUsageLimit: 'wait' as const,
    maxWaitMs: null,
    agent: 'scripted',
    agentTimeoutMs: 1,
    verifyCommands: 0,
    verifyTimeoutMs: 1,
    git: true,
    delivery: 'branch' as const,
  };
  state.workspaces = { [state.project]: { branch: 'nightloom/it', base: 'abc', policy, redBaseline: [] } };
  await stack.batches.record(id);
}

describe('creating a batch', () => {
  it('makes an idle batch of the named requirements, named after day and project', async () => {
    const shop = await stack.project('/srv/shop', 'login', 'logout');
    const batch = await stack.batch(shop, 'logout', 'login');
    expect(batch.name).toMatch(/^\d{4}-\d\d-\d\d shop$/);
    expect(batch).toMatchObject({
      status: 'idle',
      project: 'shop',
      onFailure: 'continue',
      counts: { queued: 2 },
      costUsd: null,
      next: [{ command: `nightloom batch start ${batch.id}` }],
    });
    expect(batch.tasks.map(({ name, status }) => [name, status])).toEqual([
      ['logout', 'idle'],
      ['login', 'idle'],
    ]);
    const state = stack.batches.states.get(asId('batch', batch.id));
    expect(state?.tasks.map((task) => task.rank)).toEqual([0, 1024]);
    expect(await stack.store.batches.state(asId('batch', batch.id))).toEqual(state);
  });

  it('takes onFailure from body, flags, then settings', async () => {
    const shop = await stack.project('/srv/shop', 'a', 'b', 'c');
    await stack.send('PUT', `/api/projects/${shop.id}/settings`, { onFailure: 'pause' });
    const make = async (requirementName: string, more: object) => {
      const tasks = [{ projectId: shop.id, requirementName }];
      return (await stack.send('POST', '/api/batches', { tasks, ...more })).body;
    };
    expect(await make('a', { onFailure: 'continue', flags: { onFailure: 'stop' } })).toMatchObject({
      onFailure: 'continue',
    });
    expect(await make('b', { flags: { onFailure: 'stop' } })).toMatchObject({ onFailure: 'stop' });
    expect(await make('c', {})).toMatchObject({ onFailure: 'pause' });
  });

  it('lets one of many simultaneous creations have a requirement', async () => {
    const shop = await stack.project('/srv/shop', 'login');
    const body = { tasks: [{ projectId: shop.id, requirementName: 'login' }] };
    const answers = await Promise.all(Array.from({ length: 8 }, () => stack.send('POST', '/api/batches', body)));
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 409)).toHaveLength(7);
    const refused = answers.find((answer) => answer.status === 409);
    expect(refused?.body).toMatchObject({ code: 'already_queued', details: { requirements: [{ name: 'login' }] } });
    expect(stack.batches.states.size).toBe(1);
  });

  it('refuses what an undelivered branch resolves with the same bytes, unless again', async () => {
    const shop = await stack.project('/srv/shop', 'login', 'logout');
    stack.door.resolved.push(
      { name: 'login', sha256: sha256('# login'), branch: 'nightloom/x' },
      { name: 'logout', sha256: sha256('older text'), branch: 'nightloom/y' },
    );
    const body = { tasks: ['login', 'logout'].map((requirementName) => ({ projectId: shop.id, requirementName })) };
    const refused = await stack.send('POST', '/api/batches', body);
    expect(problemOf(refused)).toMatchObject({
      code: 'already_done',
      details: { requirements: [{ name: 'login', branch: 'nightloom/x' }] },
    });
    expect((await stack.send('POST', '/api/batches', { ...body, again: true })).status).toBe(201);
  });

  it('names every requirement that is missing, and queues none', async () => {
    const shop = await stack.project('/srv/shop', 'login');
    const tasks = ['a', 'login', 'b'].map((requirementName) => ({ projectId: shop.id, requirementName }));
    const problem = problemOf(await stack.send('POST', '/api/batches', { tasks }));
    expect(problem).toMatchObject({
      code: 'requirement_not_found',
      details: { requirements: [{ name: 'a' }, { name: 'b' }] },
    });
    expect(await stack.store.batches.creating()).toEqual([]);
  });

  it('[P8] undoes the rows when Temporal has no workflow, keeps them when nobody can say, finishes them when it has', async () => {
    const shop = await stack.project('/srv/shop', 'login');
    const body = { tasks: [{ projectId: shop.id, requirementName: 'login' }] };
    stack.batches.failure = 'temporal_unreachable';
    expect(problemOf(await stack.send('POST', '/api/batches', body)).code).toBe('temporal_unreachable');
    expect(await stack.store.batches.creating()).toHaveLength(1);
    expect((await stack.send('GET', '/api/batches')).body).toMatchObject({ items: [] });
    const [left] = await stack.store.batches.creating();
    await stack.store.batches.abandon(left?.id ?? asId('batch', 'b_0000000000'));

    stack.batches.onlyStartFails = true;
    expect(problemOf(await stack.send('POST', '/api/batches', body)).code).toBe('temporal_unreachable');
    expect(await stack.store.batches.creating()).toEqual([]);

    stack.batches.startsSilently = true;
    const finished = await stack.send('POST', '/api/batches', body);
    expect(finished.status).toBe(201);
    expect(await stack.store.batches.creating()).toEqual([]);
  });
});

describe('changing the list', () => {
  it('adds once per command id, removes and moves', async () => {
    const shop = await stack.project('/srv/shop', 'a', 'b', 'c', 'd');
    const batch = await stack.batch(shop, 'a', 'b');
    const url = `/api/batches/${batch.id}/tasks`;
    const add = {
      commandId: 'add',
      tasks: ['c', 'd'].map((requirementName) => ({ projectId: shop.id, requirementName })),
    };
    expect(names((await stack.send('POST', url, add)).body)).toEqual(['a', 'b', 'c', 'd']);
    expect(names((await stack.send('POST', url, add)).body)).toEqual(['a', 'b', 'c', 'd']);
    const moved = await stack.send('POST', `${url}/move`, { taskId: batch.tasks[0]?.id, position: 2 });
    expect(names(moved.body)).toEqual(['b', 'c', 'a', 'd']);
    const removed = await stack.send('POST', `${url}/remove`, { taskIds: [batch.tasks[1]?.id] });
    expect(names(removed.body)).toEqual(['c', 'a', 'd']);
    expect((await stack.store.tasks.openRequirements(asId('project', shop.id))).has('b')).toBe(false);
  });

  it('drops the rows of an addition that the workflow refuses, keeps them while nobody answers', async () => {
    const shop = await stack.project('/srv/shop', 'a', 'b');
    const batch = await stack.batch(shop, 'a');
    const url = `/api/batches/${batch.id}/tasks`;
    const body = { commandId: 'add', tasks: [{ projectId: shop.id, requirementName: 'b' }] };
    stack.batches.failure = 'batch_closing';
    expect(problemOf(await stack.send('POST', url, body)).code).toBe('batch_closing');
    expect((await stack.store.tasks.openRequirements(asId('project', shop.id))).has('b')).toBe(false);
    stack.batches.failure = 'no_worker';
    expect(problemOf(await stack.send('POST', url, body)).code).toBe('no_worker');
    expect((await stack.store.tasks.openRequirements(asId('project', shop.id))).has('b')).toBe(true);
    stack.batches.failure = null;
    expect(names((await stack.send('POST', url, body)).body)).toEqual(['a', 'b']);
  });

  it('reopens a completed batch, once', async () => {
    const shop = await stack.project('/srv/shop', 'a', 'b');
    const batch = await stack.batch(shop, 'a');
    await start(batch);
    await complete(batch);
    const body = { commandId: 'add', tasks: [{ projectId: shop.id, requirementName: 'b' }] };
    const answer = await stack.send('POST', `/api/batches/${batch.id}/tasks`, body);
    expect(answer.body).toMatchObject({
      status: 'running',
      completedAt: null,
      tasks: [{ status: 'completed' }, { status: 'queued', name: 'b' }],
    });
    expect((await stack.send('POST', `/api/batches/${batch.id}/tasks`, body)).body).toMatchObject({
      counts: { queued: 1 },
    });
  });

  it('cancels one task', async () => {
    const batch = await stack.batch(await stack.project('/srv/shop', 'a', 'b'), 'a', 'b');
    const id = batch.tasks[0]?.id;
    expect((await stack.send('POST', `/api/tasks/${id}/cancel`, {})).body).toMatchObject({ result: 'applied' });
    expect((await stack.send('GET', `/api/tasks/${id}`)).body).toMatchObject({
      status: 'cancelled',
      batchName: batch.name,
    });
  });
});

describe('reading', () => {
  it('pages batches, and refuses forged cursors', async () => {
    const requirements = ['a', 'b', 'c', 'd', 'e'];
    const shop = await stack.project('/srv/shop', ...requirements);
    const made: string[] = [];
    for (const name of requirements) made.push((await stack.batch(shop, name)).id);
    const seen: string[] = [];
    let url: string | null = '/api/batches?limit=2';
    while (url !== null) {
      const { body }: { body: unknown } = await stack.send('GET', url);
      const page = body as { items: BatchView[]; nextCursor: string | null };
      seen.push(...page.items.map((item) => item.id));
      url = page.nextCursor === null ? null : `/api/batches?limit=2&cursor=${page.nextCursor}`;
    }
    expect(seen.toSorted()).toEqual(made.toSorted());
    expect(problemOf(await stack.send('GET', '/api/batches?cursor=abc')).code).toBe('invalid_input');
  });

  it('ends a completed batch with the commands to type, until it is merged', async () => {
    const batch = await stack.batch(await stack.project('/srv/my shop', 'a'), 'a');
    await start(batch);
    await complete(batch);
    const view = BatchViewSchema.parse((await stack.send('GET', `/api/batches/${batch.id}`)).body);
    expect(view.next.map((next) => next.command)).toEqual([
      "git -C '/srv/my shop' log --oneline abc..nightloom/it",
      "git -C '/srv/my shop' diff abc...nightloom/it",
      "git -C '/srv/my shop' merge nightloom/it",
    ]);
    const report = await stack.send('GET', '/api/report?since=2020-01-01T00:00:00Z');
    expect(report.body).toMatchObject({
      totals: { completed: 1, commits: 0, costUsd: null },
      needsYou: [{ command: "git -C '/srv/my shop' merge nightloom/it" }],
    });
  });

  it('shows which requirements are queued or done', async () => {
    const shop = await stack.project('/srv/shop', 'a', 'b');
    stack.door.resolved.push({ name: 'b', sha256: sha256('# b'), branch: 'nightloom/x' });
    const batch = await stack.batch(shop, 'a');
    expect((await stack.send('GET', `/api/projects/${shop.id}/requirements`)).body).toMatchObject({
      items: [
        { name: 'a', status: 'queued', batchId: batch.id, undelivered: null },
        { name: 'b', status: 'completed', batchId: null, undelivered: 'nightloom/x' },
      ],
    });
  });

  it('forgets a project only when nothing of it is open; prune spares open batches', async () => {
    const shop = await stack.project('/srv/shop', 'a');
    const batch = await stack.batch(shop, 'a');
    expect(problemOf(await stack.send('DELETE', `/api/projects/${shop.id}`)).code).toBe('project_busy');
    expect((await stack.send('POST', '/api/prune', { dryRun: true })).body).toMatchObject({ items: [{ kept: true }] });
    expect(stack.door.pruned).toMatchObject({
      openBatches: [batch.id],
      projects: [{ id: shop.id, path: '/srv/shop' }],
    });
    await stack.send('POST', `/api/tasks/${batch.tasks[0]?.id}/cancel`, {});
    expect((await stack.send('DELETE', `/api/projects/${shop.id}`)).status).toBe(200);
    expect((await stack.send('GET', '/api/projects')).body).toMatchObject({ items: [] });
  });
});
