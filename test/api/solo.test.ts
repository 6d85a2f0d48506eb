/** A task by itself over HTTP: queued at once, listed among tasks and never among batches, cancelled like any other. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { asId, soloBatchOf } from '../../src/contracts/ids.ts';
import { TaskDetailSchema } from '../../src/contracts/views.ts';
import type { ProjectView } from '../../src/contracts/views.ts';
import { grantLane, newLanes, requestLane } from '../../src/domain/lanes.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
let project: ProjectView;
beforeEach(async () => {
  stack = await startStack();
  project = await stack.project('/srv/shop', 'login');
});
afterEach(() => stack.close());

const command = { kind: 'custom-command', params: { command: 'npm', args: ['test'] } };
const run = (body: object) => stack.send('POST', '/api/tasks/run', { projectId: project.id, ...body });
const made = async (body: object) => {
  const answer = await run(body);
  expect(answer.status).toBe(201);
  return TaskDetailSchema.parse(answer.body);
};

describe('a task by itself', () => {
  it('is queued, runs without being started, and keeps its own time-out', async () => {
    const task = await made({ ...command, timeoutMs: 90_000, name: 'the tests' });
    expect(task).toMatchObject({ kind: 'custom-command', name: 'the tests', status: 'queued', result: null });
    const batch = soloBatchOf(asId('task', task.id));
    expect(stack.batches.states.get(batch)).toMatchObject({
      status: 'running',
      tasks: [{ id: task.id, status: 'queued', kind: 'custom-command' }],
    });
    expect(await stack.store.batches.get(batch)).toMatchObject({
      status: 'running',
      flags: { agent: { timeout: '90000ms' } },
    });
  });

  it('is among the tasks, by themselves if asked for, and never among batches, commands to all, the report', async () => {
    const task = await made(command);
    const { id } = await stack.batch(project, 'login');
    const list = async (query: string) => (await stack.send('GET', `/api/tasks?${query}`)).body;
    expect(await list('alone=true')).toMatchObject({ items: [{ id: task.id }] });
    expect(await list('alone=false')).toMatchObject({ items: [{ batchId: id }] });
    expect(await list('limit=5')).toMatchObject({ items: [{}, {}] });
    expect((await stack.send('GET', '/api/batches')).body).toMatchObject({ items: [{ id }] });
    expect((await stack.send('POST', '/api/batches/pause-all', {})).body).toEqual({ items: [] });
    const report = await stack.send('GET', '/api/report?since=2020-01-01T00:00:00Z');
    expect(report.body).toMatchObject({ batches: [{ id }] });
  });

  it('is cancelled by its id', async () => {
    const task = await made(command);
    expect((await stack.send('POST', `/api/tasks/${task.id}/cancel`, {})).status).toBe(200);
    expect((await stack.send('GET', `/api/tasks/${task.id}`)).body).toMatchObject({ status: 'cancelled' });
  });

  it('waits for nothing any more when it is cancelled while it holds', async () => {
    const task = await made(command);
    const batch = soloBatchOf(asId('task', task.id));
    const state = stack.batches.states.get(batch);
    if (state === undefined) throw new Error('no workflow');
    state.hold = { reason: 'environment', sinceMs: 1, untilMs: null, message: 'the set-up failed' };
    await stack.batches.record(batch);
    expect((await stack.send('POST', `/api/tasks/${task.id}/cancel`, {})).status).toBe(200);
    expect((await stack.send('GET', `/api/tasks/${task.id}`)).body).toMatchObject({ status: 'cancelled' });
    expect((await stack.store.batches.get(batch))?.head?.hold).toBeNull();
  });

  it('has a place of its own and takes no lane', async () => {
    const task = await made(command);
    const batch = soloBatchOf(asId('task', task.id));
    stack.lanes = newLanes(asId('installation', 'i_aaaaaaaaaa'), asId('host', 'laptop-ab12'), 1);
    requestLane(stack.lanes, { batch, request: 1, account: '' });
    grantLane(stack.lanes, 0);
    const { body } = await stack.send('GET', '/api/lanes');
    expect(body).toMatchObject({ holders: [], queue: [], background: { limit: 3, working: [{ taskId: task.id }] } });
  });

  it('has its result kept as soon as it ends, although nobody reads it before its runs go', async () => {
    const task = asId('task', (await made(command)).id);
    const batch = soloBatchOf(task);
    const result = { exitCode: 0, stdout: 'fine', stderr: '', durationMs: 3 };
    stack.door.results.set(`${task}/1`, result);
    Object.assign(stack.batches.states.get(batch)?.tasks[0] ?? {}, { status: 'completed', attempt: 1 });
    await stack.batches.record(batch);
    const event = {
      id: `${task}:1:completed`,
      type: 'task.completed' as const,
      atMs: Date.now(),
      batch,
      task,
      data: {},
    };
    await stack.store.events.append([event]);
    await vi.waitFor(async () => expect(await stack.store.tasks.result(task)).toEqual(result), 10_000);
    stack.door.results.clear();
    expect((await stack.send('GET', `/api/tasks/${task}`)).body).toMatchObject({ result });
    await stack.store.batches.retryTasks(batch, [task]);
    expect(await stack.store.tasks.result(task)).toBeNull();
  });

  it('may be a requirement, which then belongs to it', async () => {
    const requirement = { kind: 'requirement', params: { requirementName: 'login' } };
    await made(requirement);
    expect(problemOf(await run(requirement))).toMatchObject({ status: 409, code: 'already_queued' });
  });
});

describe('a task that is refused', () => {
  it('leaves nothing, and the answer names the field and what is allowed', async () => {
    const wrong = problemOf(await run({ kind: 'custom-command', params: { comand: 'npm' } }));
    expect(wrong).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(wrong.details['fields']).toEqual([
      { path: 'params.command', message: expect.stringContaining('expected string') },
      { path: 'params.comand', message: 'Unknown key; allowed: command, args, options' },
    ]);
    const unknown = problemOf(await run({ kind: 'deploy' }));
    expect(unknown).toMatchObject({ status: 400, code: 'unknown_kind' });
    expect(unknown.details).toMatchObject({ fields: [{ path: 'kind' }] });
    expect(problemOf(await run({ ...command, timeoutMs: 5 })).code).toBe('invalid_input');
    expect(problemOf(await run({ ...command, projectId: 'p_none' })).code).toBe('project_not_found');
    expect(await stack.store.batches.open()).toEqual([]);
  });

  it('leaves nothing either when Temporal did not take it', async () => {
    stack.batches.onlyStartFails = true;
    stack.batches.failure = 'temporal_unreachable';
    expect(problemOf(await run(command)).code).toBe('temporal_unreachable');
    expect((await stack.send('GET', '/api/tasks')).body).toMatchObject({ items: [] });
  });
});
