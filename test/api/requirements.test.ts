/** Requirement files over HTTP: written, changed from a known text, renamed, deleted, undone. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RequirementChangeSchema } from '../../src/contracts/requirement-routes.ts';
import type { RequirementChangeView } from '../../src/contracts/requirement-routes.ts';
import type { ProjectView } from '../../src/contracts/views.ts';
import { sha256 } from './support/memory-door.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
let shop: ProjectView;
beforeEach(async () => {
  stack = await startStack();
  shop = await stack.project('/srv/shop', 'login');
});
afterEach(() => stack.close());

const url = (name = ''): string => `/api/projects/${shop.id}/requirements${name === '' ? '' : `/${name}`}`;
const edit = (text: string, ifMatch?: string) =>
  stack.send('PUT', url('login'), { text }, ifMatch === undefined ? {} : { 'if-match': ifMatch });
const change = (body: unknown): RequirementChangeView => RequirementChangeSchema.parse(body);
const names = (): string[] => [...(stack.door.requirements.get('/srv/shop')?.keys() ?? [])].toSorted();

describe('requirement files', () => {
  it('are read with their text, and the sha256 of it as ETag', async () => {
    const answer = await stack.send('GET', url('login'));
    expect(answer).toMatchObject({ status: 200, body: { name: 'login', text: '# login', status: 'idle' } });
    expect(answer.headers['etag']).toBe(`"${sha256('# login')}"`);
    expect((await stack.send('GET', url('nobody'))).status).toBe(404);
  });

  it('are written once: a second one of that name is refused', async () => {
    const answer = await stack.send('POST', url(), { name: 'search', text: '# Search' });
    expect(answer).toMatchObject({ status: 201, body: { requirement: { name: 'search', text: '# Search' } } });
    const again = await stack.send('POST', url(), { name: 'search', text: '# Other' });
    expect(again.status).toBe(409);
    expect(problemOf(again).code).toBe('requirement_exists');
    expect(names()).toEqual(['login', 'search']);
  });

  it('are changed only from the text that the caller saw', async () => {
    expect((await edit('# new')).status).toBe(400);
    const stale = await edit('# new', `"${sha256('# something else')}"`);
    expect(stale.status).toBe(412);
    expect(problemOf(stale).code).toBe('requirement_changed');
    const answer = await edit('# new', `"${sha256('# login')}"`);
    expect(answer.status).toBe(200);
    expect(answer.headers['etag']).toBe(`"${sha256('# new')}"`);
  });

  it('say that an open task goes on with the text as it was queued', async () => {
    const batch = await stack.batch(shop, 'login');
    const { requirement, message } = change((await edit('# new', '*')).body);
    expect(requirement).toMatchObject({ sha256: sha256('# new'), frozenSha256: sha256('# login'), batchId: batch.id });
    expect(message).toContain(`Task ${batch.tasks[0]?.id} works from the text as it was`);
  });

  it('keep their name while a batch has them', async () => {
    await stack.batch(shop, 'login');
    const answer = await stack.send('POST', url('login/rename'), { to: 'sign-in' });
    expect(answer.status).toBe(409);
    expect(problemOf(answer).code).toBe('already_queued');
    expect(names()).toEqual(['login']);
  });

  it('come back when a deletion or a renaming is undone', async () => {
    const renamed = change((await stack.send('POST', url('login/rename'), { to: 'sign-in' })).body);
    expect(names()).toEqual(['sign-in']);
    const undo = { undoToken: renamed.undoToken };
    expect((await stack.send('POST', url('restore'), undo)).status).toBe(200);
    expect(names()).toEqual(['login']);
    const deleted = await stack.send('DELETE', url('login'));
    expect(deleted).toMatchObject({ status: 200, body: { name: 'login' } });
    expect(names()).toEqual([]);
    const missing = await stack.send('POST', url('restore'), { undoToken: 'never-was-one' });
    expect(problemOf(missing).code).toBe('change_not_found');
  });

  it('tell every change in the journal, for live views', async () => {
    await edit('# new', '*');
    await stack.send('DELETE', url('login'));
    const events = await stack.store.events.after(0, { limit: 100 });
    const changes = events.filter((event) => event.type === 'requirement.changed').map(({ data }) => data['change']);
    expect(changes).toEqual(['edited', 'deleted']);
  });

  it('show the prompt that their agent would get, also with a template that is not saved', async () => {
    const at = `/api/projects/${shop.id}/prompt-preview`;
    expect((await stack.send('GET', `${at}?requirement=login`)).body).toMatchObject({
      prompt: 'built-in: # login',
      source: 'built-in',
    });
    const tried = await stack.send('POST', at, { requirement: 'login', template: 'Try' });
    expect(tried.body).toMatchObject({ prompt: 'Try: # login', source: 'unsaved' });
    expect((await stack.send('GET', at)).status).toBe(400);
    expect((await stack.send('GET', `${at}?requirement=nobody`)).status).toBe(404);
  });
});
