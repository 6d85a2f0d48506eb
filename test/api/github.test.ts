/** Intake: each event once, however it is heard of; deliveries only with the right signature, and each once. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { GithubTrigger } from '../../src/contracts/host-door-github.ts';
import { AppError } from '../../src/contracts/errors.ts';
import { GithubViewSchema } from '../../src/contracts/github-routes.ts';
import type { ProjectView } from '../../src/contracts/views.ts';
import { problemOf, startStack, WEBHOOK_SECRET } from './support/stack.ts';
import type { Answer, Stack } from './support/stack.ts';

let stack: Stack;
let shop: ProjectView;
beforeEach(async () => {
  stack = await startStack();
  shop = await stack.project('/srv/shop', 'a');
});
afterEach(() => stack.close());

const issue = (number: number, rank = 0): GithubTrigger => ({
  key: `label:${number}`,
  kind: 'process-issue',
  params: { issueNumber: number },
  name: `#${number} Add it`,
  rank,
});
const news = (...triggers: GithubTrigger[]): void => {
  stack.door.news = { wanted: true, triggers, pollIntervalMs: 60_000, more: false };
};
const poll = (): Promise<Answer> => stack.send('POST', '/api/github/poll', { projectId: shop.id });
const names = async (): Promise<string[]> =>
  (await stack.store.tasks.list({ limit: 50 })).items.map(({ definition }) => definition.name).toSorted();

/** A delivery as GitHub sends it: signed over its bytes. */
async function deliver(body: string, secret: string | null = WEBHOOK_SECRET, project = shop.id): Promise<Answer> {
  const signature = secret === null ? {} : { 'x-hub-signature-256': sign(body, secret) };
  const response = await stack.app.inject({
    method: 'POST',
    url: `/api/github/webhook/${project}`,
    headers: { host: 'localhost', 'content-type': 'application/json', 'x-github-event': 'issues', ...signature },
    payload: body,
  });
  return { status: response.statusCode, headers: response.headers, body: response.json() };
}
const sign = (body: string, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
const labelled = (number: number, more: object = {}): string =>
  JSON.stringify({ action: 'labeled', issue: { number }, repository: { full_name: 'octo/app' }, ...more }, null, 1);

it('queues a task by itself for each event, once', async () => {
  news(issue(1), issue(2, 1));
  const first = await poll();
  expect(first).toMatchObject({ status: 200, body: { intake: true } });
  expect(await names()).toEqual(['#1 Add it', '#2 Add it']);
  expect((await poll()).body).toEqual(first.body);
  expect(await names()).toEqual(['#1 Add it', '#2 Add it']);
  const view = GithubViewSchema.parse((await stack.send('GET', '/api/github')).body);
  expect(view.projects).toMatchObject([{ project: 'shop', intake: true, problem: null }]);
});

it('makes what a crash left half made, and nothing a second time', async () => {
  news(issue(1));
  stack.batches.failure = 'temporal_unreachable';
  expect(problemOf(await poll())).toMatchObject({ code: 'temporal_unreachable' });
  stack.batches.failure = null;
  await poll();
  await deliver(labelled(1));
  expect(await names()).toEqual(['#1 Add it']);
});

it('cancels what is open about a pull request that was closed, once, and queues the rest of it', async () => {
  const pull = (number: number, action: string, ends?: number): GithubTrigger => ({
    key: `${action}:${number}`,
    kind: 'process-pr',
    params: { prNumber: number, action },
    name: `#${number} ${action}`,
    rank: 0,
    ...(ends === undefined ? {} : { ends }),
  });
  const comment: GithubTrigger = {
    ...issue(7),
    key: 'comment:1',
    kind: 'process-comment',
    params: { issueNumber: 7, comment: { id: 1 } },
    name: '#7 comment',
  };
  news(pull(7, 'opened'), pull(8, 'opened'), comment);
  await poll();
  const before = stack.batches.updates.length;
  news(pull(7, 'closed', 7));
  // The first to hear of it dies on the way.
  stack.batches.failure = 'no_worker';
  expect(problemOf(await poll())).toMatchObject({ code: 'no_worker' });
  stack.batches.failure = null;
  await poll();
  await deliver(JSON.stringify({ pull_request: { number: 7 }, repository: { full_name: 'octo/app' } }));
  expect(stack.batches.updates.slice(before).filter((name) => name === 'cancelTask')).toHaveLength(2);
  const { items } = await stack.store.tasks.list({ limit: 50 });
  const statuses = Object.fromEntries(items.map(({ definition, state }) => [definition.name, state.status]));
  expect(statuses).toMatchObject({ '#7 opened': 'cancelled', '#7 comment': 'cancelled' });
  expect([statuses['#8 opened'], statuses['#7 closed']]).not.toContain('cancelled');
  expect(items).toHaveLength(4);
});

it('takes a signed delivery, and says what it queued', async () => {
  news(issue(3));
  const answer = await deliver(labelled(3));
  expect(answer).toMatchObject({ status: 202, body: { tasks: [{ kind: 'process-issue', name: '#3 Add it' }] } });
});

it('refuses deliveries that are not signed, wrongly signed, or changed on the way', async () => {
  news(issue(1));
  expect(problemOf(await deliver(labelled(1), null))).toMatchObject({ status: 401, code: 'unauthorized' });
  expect(problemOf(await deliver(labelled(1), 'other'))).toMatchObject({ status: 401 });
  const body = labelled(1);
  const changed = await stack.app.inject({
    method: 'POST',
    url: `/api/github/webhook/${shop.id}`,
    headers: {
      host: 'localhost',
      'content-type': 'application/json',
      // The same document with other white space: the bytes count.
      'x-hub-signature-256': sign(JSON.stringify(JSON.parse(body)), WEBHOOK_SECRET),
    },
    payload: body,
  });
  expect(changed.statusCode).toBe(401);
  expect(await names()).toEqual([]);
});

it('refuses the same delivery a second time, but not one that failed', async () => {
  news(issue(1));
  stack.batches.failure = 'temporal_unreachable';
  expect((await deliver(labelled(1))).status).toBe(503);
  stack.batches.failure = null;
  expect((await deliver(labelled(1))).status).toBe(202);
  expect(problemOf(await deliver(labelled(1)))).toMatchObject({ status: 409, code: 'github_replayed' });
});

it('answers what does not concern it without work', async () => {
  news(issue(1));
  expect(await deliver(JSON.stringify({ zen: 'Keep it simple.' }))).toMatchObject({ status: 202, body: { tasks: [] } });
  expect(problemOf(await deliver('{'))).toMatchObject({ status: 400 });
  expect((await deliver(labelled(1), WEBHOOK_SECRET, 'p_zzzzzzzzzz')).status).toBe(404);
  expect(await names()).toEqual([]);
});

it('shows why a project could not be asked, and needs the token for everything else', async () => {
  stack.door.githubNews = async () => {
    throw new AppError('github_needs_login', 'There is no token.');
  };
  expect(problemOf(await poll())).toMatchObject({ code: 'github_needs_login' });
  const view = GithubViewSchema.parse((await stack.send('GET', '/api/github')).body);
  expect(view.projects[0]?.problem).toEqual({ code: 'github_needs_login', message: 'There is no token.' });
  expect((await stack.send('GET', '/api/github', undefined, { authorization: '' })).status).toBe(401);
});
