/**
 * Every change of batches and tasks while no worker answers, and while Temporal is down: it is done, or stored and said
 * so, or refused with what to try again, and then nothing of it is there.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/contracts/errors.ts';
import { routes } from '../../src/contracts/http.ts';
import type { BatchView, ProjectView } from '../../src/contracts/views.ts';
import { change, end, show, taskId } from './support/lifecycle.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Answer, Stack } from './support/stack.ts';

/** `several`: it is said for each batch. */
type Outcome = 'done' | 'stored' | 'refused' | 'several';
type Prepared = 'idle' | 'running' | 'paused' | 'completed' | 'deleted';

interface Case {
  /** The batch that it is about, of the tasks a (failed, if the batch ran) and b. */
  readonly batch: Prepared;
  readonly ask: (batch: BatchView, shop: ProjectView) => { readonly id?: string; readonly body?: object };
  readonly noWorker: Outcome;
  readonly down: Outcome;
}

const onBatch = (batch: Prepared, noWorker: Outcome, down: Outcome, body: object = {}): Case => ({
  batch,
  ask: ({ id }) => ({ id, body }),
  noWorker,
  down,
});
const onTask = (batch: Prepared, name: string, noWorker: Outcome, down: Outcome): Case => ({
  batch,
  ask: (view) => ({ id: taskId(view, name), body: {} }),
  noWorker,
  down,
});
const ofBatch = (batch: Prepared, noWorker: Outcome, body: (view: BatchView, shop: ProjectView) => object): Case => ({
  batch,
  ask: (view, shop) => ({ id: view.id, body: body(view, shop) }),
  noWorker,
  down: 'refused',
});

const COMMAND = { kind: 'custom-command', params: { command: 'npm' } };
/** By the names of the routes, and what is special. Temporal itself makes and opens workflows; what is in one only a worker changes. */
const CASES: Readonly<Record<string, Case>> = {
  createBatch: {
    batch: 'idle',
    ask: (_batch, { id }) => ({ body: { tasks: [{ projectId: id, requirementName: 'c' }] } }),
    noWorker: 'done',
    down: 'refused',
  },
  startBatch: onBatch('idle', 'refused', 'refused'),
  pauseBatch: onBatch('running', 'stored', 'refused'),
  resumeBatch: onBatch('paused', 'refused', 'refused'),
  cancelBatch: onBatch('running', 'stored', 'refused'),
  skipWait: onBatch('running', 'refused', 'refused'),
  pauseAll: { batch: 'running', ask: () => ({ body: {} }), noWorker: 'stored', down: 'several' },
  resumeAll: { batch: 'paused', ask: () => ({ body: {} }), noWorker: 'several', down: 'several' },
  editBatch: onBatch('running', 'refused', 'refused', { name: 'Another name' }),
  addTasks: ofBatch('running', 'refused', (_batch, { id }) => ({ tasks: [{ projectId: id, requirementName: 'c' }] })),
  'addTasks to a completed batch': ofBatch('completed', 'done', (_batch, { id }) => ({
    tasks: [{ projectId: id, requirementName: 'c' }],
  })),
  removeTasks: ofBatch('running', 'refused', (batch) => ({ taskIds: [taskId(batch, 'b')] })),
  moveTask: ofBatch('running', 'refused', (batch) => ({ taskId: taskId(batch, 'b'), position: 0 })),
  offload: ofBatch('running', 'refused', (batch) => ({ newBatch: { name: 'New' }, taskIds: [taskId(batch, 'b')] })),
  retryBatch: onBatch('completed', 'done', 'refused'),
  retryTask: onTask('running', 'a', 'refused', 'refused'),
  'retryTask of a completed batch': onTask('completed', 'a', 'done', 'refused'),
  cancelTask: onTask('running', 'b', 'refused', 'refused'),
  deleteBatch: onBatch('running', 'stored', 'refused'),
  restoreBatch: onBatch('deleted', 'done', 'done'),
  setLanes: { batch: 'idle', ask: () => ({ body: { limit: 2 } }), noWorker: 'refused', down: 'refused' },
  runTask: {
    batch: 'idle',
    ask: (_batch, { id }) => ({ body: { projectId: id, ...COMMAND } }),
    noWorker: 'done',
    down: 'refused',
  },
  createTask: {
    batch: 'idle',
    ask: (_batch, { id }) => ({ body: { projectId: id, ...COMMAND } }),
    noWorker: 'done',
    down: 'refused',
  },
  claudeCode: {
    batch: 'idle',
    ask: (_batch, { id }) => ({ body: { projectId: id, requirementName: 'c' } }),
    noWorker: 'refused',
    down: 'refused',
  },
  markTask: {
    batch: 'completed',
    ask: (batch) => ({ id: taskId(batch, 'a'), body: { read: true } }),
    noWorker: 'done',
    down: 'done',
  },
  clearTasks: { batch: 'completed', ask: () => ({ body: {} }), noWorker: 'done', down: 'done' },
};

/** They ask Temporal nothing: files of the host, or nothing at all. */
const ELSEWHERE = new Set(['applyTask', 'checkOffload']);

let stack: Stack;
let shop: ProjectView;
beforeEach(async () => {
  stack = await startStack();
  shop = await stack.project('/srv/shop', 'a', 'b', 'c');
});
afterEach(() => stack.close());

async function prepare(how: Prepared): Promise<BatchView> {
  const batch = await stack.batch(shop, 'a', 'b');
  if (how === 'idle') return batch;
  await stack.send('POST', `/api/batches/${batch.id}/start`, {});
  if (how === 'completed') await end(stack, batch, 'a');
  else await change(stack, batch, ({ tasks: [first] }) => void (first === undefined || (first.status = 'failed')));
  if (how === 'paused') await stack.send('POST', `/api/batches/${batch.id}/pause`, {});
  if (how === 'deleted') await stack.send('DELETE', `/api/batches/${batch.id}`);
  return how === 'deleted' ? batch : await show(stack, batch);
}

function routeOf(name: string) {
  const row = Object.entries(routes).find(([each]) => each === name.split(' ')[0])?.[1];
  if (row === undefined) throw new Error(`no route ${name}`);
  return row;
}

function ask(name: string, { id, body }: ReturnType<Case['ask']>, commandId?: unknown): Promise<Answer> {
  const row = routeOf(name);
  const path = row.path.replace(':id', id ?? '');
  if (row.method === 'DELETE') return stack.send('DELETE', path);
  return stack.send(row.method, path, commandId === undefined ? body : { ...body, commandId });
}

/** What users see of batches, tasks and requirements. */
async function everything(): Promise<unknown[]> {
  const urls = ['/api/batches', '/api/tasks', '/api/batches?show=deleted', '/api/inbox'];
  const answers = await Promise.all(urls.map((url) => stack.send('GET', url)));
  for (const answer of answers) expect(answer.status).toBe(200);
  return answers.map(({ body }) => body);
}

/** Nobody has said no: these stay, and are found again by the same command. */
const STAYS = new Set(['addTasks', 'offload', 'claudeCode']);

async function expectOutcome(name: string, outcome: Outcome, code: string): Promise<void> {
  const row = CASES[name];
  if (row === undefined) throw new Error(`no case ${name}`);
  const batch = await prepare(row.batch);
  const request = row.ask(batch, shop);
  const before = await everything();
  stack.batches.failure = code === 'no_worker' ? 'no_worker' : 'temporal_unreachable';
  stack.lanesFailure = new AppError(stack.batches.failure, 'away');
  const answer = await ask(name, request);
  switch (outcome) {
    case 'done':
      expect(answer.status).toBeLessThan(300);
      return;
    case 'stored':
      expect(answer.status).toBe(200);
      expect(JSON.stringify(answer.body)).toContain('No worker is online: the command is stored');
      expect(stack.batches.signals).toHaveLength(1);
      return;
    case 'several':
      expect(answer).toMatchObject({ status: 200, body: { items: [{ batchId: batch.id, error: { code } }] } });
      expect(await everything()).toEqual(before);
      return;
    case 'refused':
      await expectRefusal(name, request, { answer, before, code });
  }
}

async function expectRefusal(
  name: string,
  request: ReturnType<Case['ask']>,
  { answer, before, code }: { readonly answer: Answer; readonly before: unknown[]; readonly code: string },
): Promise<void> {
  const { details, ...problem } = problemOf(answer);
  expect(problem).toMatchObject({ code, status: 503 });
  expect(problem.hint).not.toBe('');
  const stays = code === 'no_worker' ? STAYS.has(name) : name.startsWith('addTasks');
  if (!stays) expect(await everything()).toEqual(before);
  [stack.batches.failure, stack.lanesFailure] = [null, null];
  const { commandId, batch } = details;
  if (commandId === undefined) {
    // What makes a thing has no command id: Idempotency-Key does the same.
    expect(routeOf(name).body).not.toMatchObject({ shape: { commandId: expect.anything() } });
    return;
  }
  const repeat = (): Promise<Answer> =>
    typeof batch === 'string' ? ask('startBatch', { id: batch, body: {} }, commandId) : ask(name, request, commandId);
  expect((await repeat()).status).toBe(200);
  const updates = [...stack.batches.updates];
  expect((await repeat()).status).toBe(200);
  expect(stack.batches.updates).toEqual(updates);
}

describe.each(Object.keys(CASES))('%s', (name) => {
  it('while no worker answers', () => expectOutcome(name, CASES[name]?.noWorker ?? 'done', 'no_worker'));
  it('while Temporal is down', () => expectOutcome(name, CASES[name]?.down ?? 'done', 'temporal_unreachable'));
});

it('these are all there are', () => {
  const ours = /^\/api\/(batches|tasks|lanes|claude-code)(\/|$)/;
  const changing = Object.entries(routes).filter(([, { method, path }]) => method !== 'GET' && ours.test(path));
  const names = changing.map(([name]) => name).filter((name) => !ELSEWHERE.has(name));
  const cases = Object.keys(CASES).map((name) => name.split(' ', 1).join(''));
  expect(new Set(cases)).toEqual(new Set(names));
});

it('reads go on, and say how old they are', async () => {
  const batch = await prepare('running');
  const { recordedAt } = batch;
  stack.batches.failure = 'temporal_unreachable';
  expect(await show(stack, batch)).toEqual({ ...batch, recordedAt });
  const summary = await stack.send('GET', '/api/batches');
  expect(summary.body).toMatchObject({ items: [{ id: batch.id, recordedAt }] });
  for (const url of ['/api/progress', '/api/report', '/api/tasks', `/api/tasks/${taskId(batch, 'b')}`, '/api/inbox'])
    expect((await stack.send('GET', url)).status, url).toBe(200);
});
