/** Background tasks over HTTP: what they are about is frozen, and what they propose is applied as one change. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ListedTaskSchema } from '../../src/contracts/inbox-routes.ts';
import type { ListedTask } from '../../src/contracts/inbox-routes.ts';
import { asId, soloBatchOf } from '../../src/contracts/ids.ts';
import { BACKGROUND_PARAMS } from '../../src/contracts/background.ts';
import { routes } from '../../src/contracts/http.ts';
import { emptyDetails } from '../../src/domain/batch-state.ts';
import type { ProjectView } from '../../src/contracts/views.ts';
import { end } from './support/lifecycle.ts';
import { sha256 } from './support/memory-door.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
let shop: ProjectView;
beforeEach(async () => {
  stack = await startStack();
  shop = await stack.project('/srv/shop', 'login', 'logout');
});
afterEach(() => stack.close());

const start = (body: object) => stack.send('POST', '/api/tasks', { projectId: shop.id, ...body });
const started = async (body: object): Promise<ListedTask> => {
  const answer = await start(body);
  expect(answer.status).toBe(201);
  return ListedTaskSchema.parse(answer.body);
};
const storiesOf = async (task: ListedTask) => {
  const row = await stack.store.tasks.get(asId('task', task.id));
  return BACKGROUND_PARAMS.refine.pick({ stories: true }).loose().parse(row?.definition.params).stories;
};
/** Ends a task by itself as its workflow would, with what its agent left. */
async function finish(task: ListedTask, result: unknown): Promise<void> {
  const id = asId('task', task.id);
  const state = stack.batches.states.get(soloBatchOf(id));
  if (state === undefined) throw new Error('no workflow');
  stack.door.results.set(`${id}/1`, result);
  for (const each of state.tasks) {
    Object.assign(each, { status: 'completed', attempt: 1 });
    state.details[each.id] = { ...emptyDetails(), completedAtMs: Date.now() };
  }
  state.status = 'completed';
  await stack.batches.record(soloBatchOf(id));
}
const files = () => stack.door.requirements.get('/srv/shop') ?? new Map<string, string>();
const names = () => [...files().keys()].toSorted();

describe('a background task', () => {
  it('is started by its type, and listed in the same shape, with what its maker wants back', async () => {
    const context = { returnPath: '/projects/x', step: 2 };
    const task = await started({ type: 'generate', params: { description: 'A cart' }, context });
    expect(task).toMatchObject({
      kind: 'generate',
      type: 'generate',
      status: 'queued',
      name: 'generate: A cart',
      context,
    });
    const { body } = await stack.send('GET', '/api/tasks?type=generate&status=queued');
    expect(body).toMatchObject({ items: [{ id: task.id, context, version: task.version }], unreadCount: 0 });
    await finish(task, { stories: [], reasoning: 'Nothing.' });
    const done = await stack.send('GET', '/api/tasks?status=complete');
    expect(done.body).toMatchObject({
      items: [{ id: task.id, status: 'completed' }],
      unreadCount: 1,
      nextCursor: null,
    });
    expect((await stack.send('GET', '/api/inbox')).body).toMatchObject({ items: [{ taskId: task.id, context }] });
    expect((await stack.send('GET', `/api/tasks/${task.id}`)).body).toMatchObject({ context, version: task.version });
  });

  it('has the version its maker gave it, else one that changes with the stories', async () => {
    expect(await started({ kind: 'refine', version: 'v7' })).toMatchObject({ version: 'v7' });
    const first = await started({ kind: 'refine' });
    expect((await started({ kind: 'refine' })).version).toBe(first.version);
    files().set('login', '# Other');
    expect((await started({ kind: 'refine' })).version).not.toBe(first.version);
  });

  it('is about the pending stories, as they are now', async () => {
    await stack.batch(shop, 'logout');
    stack.door.resolved.push({ name: 'login', sha256: sha256('# login'), branch: 'nightloom/x' });
    expect(problemOf(await start({ kind: 'refine' })).code).toBe('nothing_to_do');
    stack.door.resolved.length = 0;
    expect(await storiesOf(await started({ kind: 'refine' }))).toEqual([
      { id: 'login', title: '# login', sha256: sha256('# login') },
    ]);
    const named = await started({ kind: 'refine', params: { requirements: ['logout'], stories: [] } });
    expect((await storiesOf(named)).map(({ id }) => id)).toEqual(['logout', 'login']);
    const edit = await started({ kind: 'story-edit', params: { storyId: 'logout', target: 'Shorter' } });
    expect((await storiesOf(edit)).map(({ id }) => id)).toEqual(['logout', 'login']);
  });

  it.each([
    [{ kind: 'refine', params: { requirements: ['nobody'] } }, 'requirement_not_found'],
    [{ kind: 'story-edit', params: { storyId: 'nobody', target: 'x' } }, 'requirement_not_found'],
    [{ kind: 'generate', params: {} }, 'invalid_input'],
    [{ kind: 'generate', type: 'refine' }, 'invalid_input'],
    [{ params: {} }, 'invalid_input'],
    [{ kind: 'refine', context: { big: 'x'.repeat(20_000) } }, 'invalid_input'],
    [{ kind: 'refine', projectId: 'p_0000000000' }, 'project_not_found'],
  ])('is refused: %j', async (body, code) => {
    expect(problemOf(await start(body)).code).toBe(code);
    expect((await stack.send('GET', '/api/tasks')).body).toMatchObject({ items: [] });
  });

  it('is of the only project when none is named', async () => {
    expect((await stack.send('POST', '/api/tasks', { type: 'refine' })).status).toBe(201);
    await stack.project('/srv/other');
    const fields = problemOf(await stack.send('POST', '/api/tasks', { type: 'refine' })).details['fields'];
    expect(fields).toMatchObject([{ path: 'projectId' }]);
  });
});

describe('applying', () => {
  const STORY = { id: 'cart', title: 'Cart', body: '# Cart' };
  const apply = (task: { id: string }, body: object = {}) => stack.send('POST', `/api/tasks/${task.id}/apply`, body);
  const applied = async (task: { id: string }, body: object = {}) => {
    const answer = await apply(task, body);
    expect(answer.status).toBe(200);
    return routes.applyTask.answers.parse(answer.body);
  };
  const generated = async (...stories: object[]): Promise<ListedTask> => {
    const task = await started({ kind: 'generate', params: { description: 'A shop' } });
    await finish(task, { stories, reasoning: 'Asked for.' });
    return task;
  };
  const refined = async (...ids: string[]): Promise<ListedTask> => {
    const task = await started({ kind: 'refine' });
    const refinements = ids.map((storyId) => ({
      storyId,
      problem: 'ambiguous',
      explanation: `Which ${storyId}?`,
      title: storyId,
      body: `# ${storyId} anew`,
    }));
    await finish(task, { refinements, summary: 'Some.' });
    return task;
  };

  it('writes chosen stories as one change that can be undone, and done again', async () => {
    const task = await generated(STORY, { ...STORY, id: 'pay' }, { ...STORY, id: 'ship' });
    const first = await applied(task, { items: ['ship', 'cart'] });
    expect(first).toMatchObject({ applied: ['cart', 'ship'], already: [] });
    expect(first.items.map(({ state }) => state)).toEqual(['applied', 'open', 'applied']);
    expect(files().get('cart')).toBe('# Cart\n');
    await stack.send('POST', `/api/projects/${shop.id}/requirements/restore`, { undoToken: first.undoToken });
    expect(names()).toEqual(['login', 'logout']);
    expect(await applied(task)).toMatchObject({ applied: ['cart', 'pay', 'ship'] });
    expect(names()).toEqual(['cart', 'login', 'logout', 'pay', 'ship']);
    expect((await stack.send('GET', `/api/tasks?unread=true`)).body).toMatchObject({ items: [], unreadCount: 0 });
  });

  it('does nothing twice', async () => {
    const task = await generated(STORY);
    await applied(task);
    const events = await stack.store.events.lastSeq();
    expect(await applied(task)).toMatchObject({ applied: [], already: ['cart'], undoToken: null });
    expect(await stack.store.events.lastSeq()).toBe(events);
  });

  it('edits from the text that the task was made from, and says of each item what is in the way', async () => {
    const task = await refined('login', 'logout');
    files().set('login', '# Mine');
    const problem = problemOf(await apply(task));
    expect(problem).toMatchObject({ status: 409, code: 'apply_conflict' });
    expect(problem.details['conflicts']).toEqual([
      { item: 'login', state: 'changed', message: expect.stringContaining('login'), sha256: sha256('# Mine') },
    ]);
    expect(files().get('logout')).toBe('# logout');
    expect(await applied(task, { items: ['logout'] })).toMatchObject({ applied: ['logout'] });
    expect(await applied(task, { overwrite: true })).toMatchObject({ applied: ['login'], already: ['logout'] });
    expect(files().get('login')).toBe('# login anew\n');
  });

  it.each([
    ['taken', () => files().set('cart', '# Other')],
    ['done', () => workOff('cart', '# Cart\n')],
  ])('asks when a new story is %s', async (state, prepare) => {
    const task = await generated(STORY);
    await prepare();
    const { body } = await stack.send('GET', `/api/tasks/${task.id}/apply`);
    expect(body).toMatchObject({ items: [{ id: 'cart', change: 'create', state, message: expect.any(String) }] });
    expect((await apply(task)).status).toBe(409);
    expect(await applied(task, { overwrite: true })).toMatchObject({ applied: ['cart'] });
    expect(files().get('cart')).toBe('# Cart\n');
  });

  it('asks when an edited story is gone', async () => {
    const task = await refined('login');
    files().delete('login');
    expect(problemOf(await apply(task)).details['conflicts']).toMatchObject([{ item: 'login', state: 'gone' }]);
  });

  it('brings a story edit and what goes with it, and says which open tasks it does not reach', async () => {
    const task = await started({ kind: 'story-edit', params: { storyId: 'login', target: 'Passkeys' } });
    await finish(task, {
      storyId: 'login',
      currentStory: { title: 'login', body: '# login' },
      target: { title: 'Login', body: '# Login with passkeys' },
      related_updates: [{ storyId: 'logout', reason: 'Sessions.', title: 'Logout', body: '# Logout anew' }],
      summary: 'Passkeys.',
    });
    await stack.batch(shop, 'login');
    const { message, items } = await applied(task);
    expect(message).toMatch(/^Written: login, logout\..*queued: login\.$/);
    expect(items.map(({ role }) => role)).toEqual(['target', 'related_update']);
    expect([files().get('login'), files().get('logout')]).toEqual(['# Login with passkeys\n', '# Logout anew\n']);
  });

  it('is refused for an unknown item, another kind, and a task without a result', async () => {
    const task = await generated(STORY);
    const unknown = problemOf(await apply(task, { items: ['cart', 'x'] }));
    expect(unknown.details['fields']).toMatchObject([{ path: 'items.1' }]);
    const queued = await started({ kind: 'refine' });
    expect(problemOf(await apply(queued)).code).toBe('nothing_to_apply');
    const other = await started({ kind: 'custom-command', params: { command: 'true' } });
    expect(problemOf(await apply(other)).code).toBe('nothing_to_apply');
    expect(names()).toEqual(['login', 'logout']);
  });

  async function workOff(name: string, text: string): Promise<void> {
    files().set(name, text);
    await end(stack, await stack.batch(shop, name));
    files().delete(name);
  }
});
