/** Ideas over HTTP: written down, made into requirements, implemented by what completes those. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IdeaViewSchema } from '../../src/contracts/idea-routes.ts';
import type { IdeaView } from '../../src/contracts/idea-routes.ts';
import type { ProjectView } from '../../src/contracts/views.ts';
import { change, end } from './support/lifecycle.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
let shop: ProjectView;
beforeEach(async () => {
  stack = await startStack();
  shop = await stack.project('/srv/shop', 'login');
});
afterEach(() => stack.close());

const add = async (title: string, text = '', projectId = shop.id): Promise<IdeaView> => {
  const answer = await stack.send('POST', '/api/ideas', { projectId, title, text });
  expect(answer.status).toBe(201);
  return IdeaViewSchema.parse(answer.body);
};
const get = async (id: string): Promise<IdeaView> =>
  IdeaViewSchema.parse((await stack.send('GET', `/api/ideas/${id}`)).body);
const make = (id: string, body: object = {}) => stack.send('POST', `/api/ideas/${id}/requirement`, body);
const files = () => stack.door.requirements.get('/srv/shop') ?? new Map<string, string>();

describe('ideas', () => {
  it('are written down, changed, listed and forgotten', async () => {
    const idea = await add('  Dark mode  ', 'For the night.');
    expect(idea).toMatchObject({ title: 'Dark mode', status: 'idea', projectName: 'shop', requirementName: null });
    const edited = await stack.send('PATCH', `/api/ideas/${idea.id}`, { title: 'Night mode' });
    expect(edited.body).toMatchObject({ title: 'Night mode', text: 'For the night.' });
    expect(await stack.send('GET', `/api/ideas?project=${shop.id}&status=idea`)).toMatchObject({
      body: { items: [{ id: idea.id }], nextCursor: null },
    });
    expect((await stack.send('GET', '/api/ideas?project=nonsense')).body).toMatchObject({ items: [] });
    expect((await stack.send('DELETE', `/api/ideas/${idea.id}`)).status).toBe(200);
    expect(problemOf(await stack.send('GET', `/api/ideas/${idea.id}`))).toMatchObject({ code: 'idea_not_found' });
  });

  it('are changed and forgotten only from the state that If-Match names', async () => {
    const { id } = await add('Search', 'First.');
    const url = `/api/ideas/${id}`;
    const first = String((await stack.send('GET', url)).headers['etag']);
    const edited = await stack.send('PATCH', url, { text: 'Second.' }, { 'if-match': first });
    expect(edited).toMatchObject({ status: 200, body: { text: 'Second.' } });
    const second = String(edited.headers['etag']);
    expect(second).not.toBe(first);
    const stale = await stack.send('PATCH', url, { text: 'Third.' }, { 'if-match': first });
    expect(problemOf(stale)).toMatchObject({
      code: 'changed_meanwhile',
      status: 412,
      details: { etag: second, current: { text: 'Second.', title: 'Search', status: 'idea', requirement: null } },
    });
    expect(problemOf(await stack.send('DELETE', url, undefined, { 'if-match': first })).status).toBe(412);
    expect(await get(id)).toMatchObject({ text: 'Second.' });
    // Of several from one state one is first.
    const both = ['a', 'b'].map((text) => stack.send('PATCH', url, { text }, { 'if-match': second }));
    expect((await Promise.all(both)).map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
    expect((await stack.send('DELETE', url, undefined, { 'if-match': '*' })).status).toBe(200);
  });

  it.each([{}, { title: '' }, { status: 'done' }])('refuse the change %j', async (body) => {
    const { id } = await add('Search');
    expect((await stack.send('PATCH', `/api/ideas/${id}`, body)).status).toBe(400);
    expect(await get(id)).toMatchObject({ title: 'Search', status: 'idea' });
  });

  it('become a requirement under a free name made of the title, with title and text', async () => {
    files().set('find-it-quickly', '# Other');
    const { id } = await add('Find it: quickly!', 'With an index.');
    const answer = await make(id);
    expect(answer).toMatchObject({
      status: 201,
      body: { idea: { status: 'requirement', requirementName: 'find-it-quickly-2' } },
    });
    expect(files().get('find-it-quickly-2')).toBe('# Find it: quickly!\n\nWith an index.\n');
  });

  it('become one only once, while the file or its task is there', async () => {
    const { id } = await add('Search');
    expect((await make(id, { name: 'login' })).status).toBe(409);
    expect(await get(id)).toMatchObject({ status: 'idea' });
    await make(id, { name: 'search', text: '# Mine' });
    expect(files().get('search')).toBe('# Mine');
    expect(problemOf(await make(id))).toMatchObject({ status: 409, code: 'idea_taken' });
    files().delete('search');
    expect((await make(id)).status).toBe(201);
  });

  it('find what an earlier go wrote before it died', async () => {
    const { id, updatedAt } = await add('Search');
    await make(id);
    // As if the row had not been written.
    const row = await stack.store.ideas.list({ limit: 1 });
    const [first] = row.items;
    if (first === undefined) throw new Error('no idea');
    await stack.store.ideas.change(first.id, { status: 'idea', requirement: null }, Date.parse(updatedAt));
    expect(await make(id)).toMatchObject({ status: 201, body: { idea: { requirementName: 'search' } } });
    expect([...files().keys()]).toEqual(['login', 'search']);
  });

  it('follow their requirement: renamed, undone', async () => {
    const { id } = await add('Search');
    const { undoToken } = (await make(id)).body as { undoToken: string };
    const url = `/api/projects/${shop.id}/requirements`;
    const renamed = await stack.send('POST', `${url}/search/rename`, { to: 'find' });
    expect(await get(id)).toMatchObject({ requirementName: 'find' });
    const back = renamed.body as { undoToken: string };
    await stack.send('POST', `${url}/restore`, { undoToken: back.undoToken });
    expect(await get(id)).toMatchObject({ requirementName: 'search' });
    await stack.send('POST', `${url}/restore`, { undoToken });
    expect(await get(id)).toMatchObject({ status: 'idea', requirementName: null });
  });

  it('are implemented when their requirement is completed, not when it fails', async () => {
    const { id } = await add('Search');
    await make(id);
    const batch = await stack.batch(shop, 'search', 'login');
    await end(stack, batch, 'search');
    expect(await get(id)).toMatchObject({ status: 'requirement' });
    await change(stack, batch, (state) => {
      for (const task of state.tasks) if (task.name === 'search') task.status = 'completed';
    });
    const task = batch.tasks.find((each) => each.name === 'search')?.id;
    expect(await get(id)).toMatchObject({ status: 'implemented', taskId: task });
    expect(problemOf(await make(id))).toMatchObject({ code: 'idea_taken' });
    expect((await stack.send('PATCH', `/api/ideas/${id}`, { status: 'idea' })).body).toMatchObject({
      status: 'idea',
      requirementName: null,
      taskId: null,
    });
    expect((await stack.send('PATCH', `/api/ideas/${id}`, { status: 'requirement' })).status).toBe(400);
  });

  it('are said to be implemented by the name of their requirement', async () => {
    const url = '/api/ideas/update-implementation-status';
    const { id } = await add('Search');
    await make(id);
    const [first, again, unknown] = [
      await stack.send('POST', url, { requirementName: 'search' }),
      await stack.send('POST', url, { requirementName: 'search' }),
      await stack.send('POST', url, { requirementName: 'nobody' }),
    ];
    expect(first.body).toMatchObject({ success: true, updated: 1, ideas: [{ id, status: 'implemented' }] });
    expect(again.body).toMatchObject({ updated: 0, ideas: [{ id }] });
    expect(unknown.body).toEqual({ success: true, updated: 0, ideas: [] });
    const other = await stack.project('/srv/other');
    const theirs = await add('Search', '', other.id);
    await make(theirs.id);
    expect(problemOf(await stack.send('POST', url, { requirementName: 'search' })).code).toBe('ambiguous_name');
    const named = await stack.send('POST', url, { requirementName: 'search', projectId: other.id });
    expect(named.body).toMatchObject({ updated: 1, ideas: [{ id: theirs.id }] });
  });

  it('tell their changes in the journal', async () => {
    const { id } = await add('Search');
    await make(id);
    const events = await stack.store.events.after(0, { limit: 100 });
    const told = events.filter(({ type }) => type === 'idea.changed').map(({ data }) => [data['idea'], data['change']]);
    expect(told).toEqual([
      [id, 'created'],
      [id, 'requirement'],
    ]);
  });
});

describe('the implementation log', () => {
  const log = async () => (await stack.send('GET', `/api/projects/${shop.id}/implementation-log`)).body;

  it('has one entry for each completed task, with the files of its commit', async () => {
    const batch = await stack.batch(shop, 'login');
    await end(stack, batch);
    await change(stack, batch, (state) => {
      for (const details of Object.values(state.details)) details.commit = 'c'.repeat(40);
    });
    await change(stack, batch, () => undefined);
    const taskId = batch.tasks[0]?.id;
    const entry = { taskId, batchId: batch.id, name: 'login', commit: 'c'.repeat(40), files: ['a.txt'], attempt: 2 };
    expect(await log()).toMatchObject({ items: [entry], nextCursor: null });
    expect(await stack.store.implementationLog.withoutFiles(9)).toEqual([]);
  });

  it('is of one project', async () => {
    await end(stack, await stack.batch(shop, 'login'));
    const other = await stack.project('/srv/other');
    const answer = await stack.send('GET', `/api/projects/${other.id}/implementation-log`);
    expect(answer.body).toEqual({ items: [], nextCursor: null });
    expect((await stack.send('GET', '/api/projects/p_0000000000/implementation-log')).status).toBe(404);
  });
});
