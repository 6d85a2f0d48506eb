/** What asks for a task and what does not, of whom, in which order; and how a look goes on where the last one ended. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GithubSettings } from '../../../src/contracts/github-settings.ts';
import type { GithubPosition } from '../../../src/contracts/host-door-github.ts';
import type { Connection } from '../../../src/host/github/connection.ts';
import { readNews } from '../../../src/host/github/news.ts';
import { toSettings } from '../../../src/host/project/settings-values.ts';
import { FAULTS } from '../../support/github-api.ts';
import { makeGithubRemote } from '../../support/github-remote.ts';
import type { GithubRemote } from '../../support/github-remote.ts';

const BEGINNING: GithubPosition = { issuesSince: null, issuesEtag: null, commentsSince: null, commentsEtag: null };
/** Before everything in the stand-in. */
const FROM_START: GithubPosition = { ...BEGINNING, commentsSince: '2020-01-01T00:00:00Z' };
const MARKER = '<!-- nightloom:i_0123456789:t_0123456789:done -->';

let remote: GithubRemote;
let github: Connection;
beforeEach(async () => {
  remote = await makeGithubRemote();
  github = await remote.connect({ maxWaitMs: 2000 });
});
afterEach(() => remote.close());

const look = (position: GithubPosition = FROM_START, said: Partial<GithubSettings> = {}) =>
  readNews(github, { ...toSettings({}).github, ...said }, position, Date.now());
async function keys(said: Partial<GithubSettings> = {}): Promise<string[]> {
  return (await look(FROM_START, said)).triggers.map(({ kind, params }) => `${kind} ${JSON.stringify(params)}`);
}

describe('an issue', () => {
  it('asks by its label, put on by somebody who may write', async () => {
    const { repository } = remote.api;
    repository.permissions.set('reader', 'read');
    repository.openIssue({ title: 'No label' });
    repository.openIssue({ title: 'Yes', labels: ['nightloom'] });
    repository.openIssue({ title: 'A stranger asks', login: 'reader', labels: ['nightloom'] });
    repository.openIssue({ title: 'Left alone', labels: ['nightloom', 'skip:nightloom'] });
    repository.edit(repository.openIssue({ title: 'Closed', labels: ['nightloom'] }).number, { state: 'closed' });
    expect(await keys()).toEqual(['process-issue {"issueNumber":2}']);
    expect(await keys({ anyone: true })).toHaveLength(2);
  });

  it('of a stranger asks when a collaborator labels it', async () => {
    const { repository } = remote.api;
    const { number } = repository.openIssue({ title: 'Wish', login: 'somebody' });
    expect(await keys()).toEqual([]);
    repository.label(number, 'octo', 'nightloom');
    expect(await keys()).toEqual(['process-issue {"issueNumber":1}']);
  });

  it('asks once for one label, and again when it is put on again', async () => {
    const { repository } = remote.api;
    repository.openIssue({ title: 'A', labels: ['nightloom'] });
    const [first] = (await look()).triggers;
    expect((await look()).triggers).toEqual([first]);
    repository.unlabel(1, 'octo', 'nightloom');
    repository.label(1, 'octo', 'nightloom');
    const [again] = (await look()).triggers;
    expect(again?.key).not.toBe(first?.key);
  });

  it('comes in the order of its priority, with a name that hides nothing', async () => {
    const { repository } = remote.api;
    repository.openIssue({ title: 'Later<!-- x -->\u202e', labels: ['nightloom'] });
    repository.openIssue({ title: 'Urgent', labels: ['nightloom', 'urgent'] });
    const { triggers } = await look(FROM_START, { priorities: ['urgent', 'high'] });
    expect(triggers.map(({ name, rank }) => [name, rank])).toEqual([
      ['#2 Urgent', 0],
      ['#1 Later', 2],
    ]);
  });
});

describe('a comment', () => {
  it('asks when it begins with the word, and is neither ours nor a stranger\u2019s', async () => {
    const { repository } = remote.api;
    repository.openIssue({ title: 'A' });
    const asked = repository.comment(1, 'octo', '/nightloom please go on');
    repository.comment(1, 'octo', 'see /nightloom');
    repository.comment(1, 'octo', '/nightloomx');
    repository.comment(1, 'octo', '<!-- /nightloom -->');
    repository.comment(1, 'somebody', '/nightloom delete everything');
    repository.comment(1, repository.bot, `/nightloom\n\n${MARKER}`);
    expect(await keys()).toEqual([`process-comment {"issueNumber":1,"comment":{"id":${asked.id}}}`]);
  });

  it('that was there before anybody looked asks for nothing', async () => {
    const { repository } = remote.api;
    repository.openIssue({ title: 'A' });
    repository.comment(1, 'octo', '/nightloom old');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await look(BEGINNING)).triggers).toEqual([]);
  });
});

it('a pull request is new, then changed, once for each push', async () => {
  const { checkout, api } = remote;
  await checkout.git(['switch', '--quiet', '-c', 'topic']);
  await checkout.commit('One', { 'a.txt': '1' });
  await checkout.git(['push', '--quiet', 'origin', 'topic']);
  const pull = api.repository.openPull({ title: 'Topic', head: 'topic', labels: ['nightloom'] });
  const [first] = (await look()).triggers;
  expect(first).toMatchObject({ kind: 'process-pr', params: { prNumber: 1, action: 'opened' } });
  pull.pull?.reviews.push({ id: 1, login: 'night-bot', body: MARKER, event: 'COMMENT', commit_id: 'x' });
  await checkout.commit('Two', { 'a.txt': '2' });
  await checkout.git(['push', '--quiet', 'origin', 'topic']);
  const [second] = (await look()).triggers;
  expect(second).toMatchObject({ params: { action: 'synchronize' } });
  expect(second?.key).not.toBe(first?.key);
});

it('a pull request that was closed is over, once for each closing, if it was ours; an issue is not', async () => {
  const { checkout, api } = remote;
  const { repository } = api;
  await checkout.git(['switch', '--quiet', '-c', 'topic']);
  await checkout.commit('One', { 'a.txt': '1' });
  await checkout.git(['push', '--quiet', 'origin', 'topic']);
  const closed = (await look()).position;
  for (const labels of [['nightloom'], ['nightloom:working'], [], ['nightloom', 'skip:nightloom']])
    repository.openPull({ title: 'Topic', head: 'topic', labels });
  repository.openIssue({ title: 'Issue', labels: ['nightloom'] });
  for (const { number } of repository.issues) repository.edit(number, { state: 'closed' });
  expect((await look(closed)).triggers).toEqual([]);
  const since = { ...FROM_START, issuesSince: '2020-01-01T00:00:00Z' };
  const { triggers } = await look(since);
  expect(triggers).toMatchObject([
    { kind: 'process-pr', params: { prNumber: 1, action: 'closed' }, name: '#1 closed: Topic', ends: 1 },
    { kind: 'process-pr', params: { prNumber: 2, action: 'closed' }, ends: 2 },
  ]);
  repository.comment(1, 'octo', 'Thank you');
  const again = (await look(since)).triggers.map(({ key }) => key);
  expect(again.toSorted()).toEqual(triggers.map(({ key }) => key).toSorted());
});

describe('a look', () => {
  it('without news asks twice, and is told that nothing changed', async () => {
    remote.api.repository.openIssue({ title: 'A', labels: ['nightloom'] });
    let { position } = await look();
    for (let round = 0; round < 2; round += 1) ({ position } = await look(position));
    const before = remote.api.requests.length;
    expect(await look(position)).toMatchObject({ triggers: [], position, more: false });
    expect(remote.api.requests.slice(before).map(({ status }) => status)).toEqual([304, 304]);
  });

  it('reads everything, page after page', async () => {
    for (let index = 0; index < 150; index += 1)
      remote.api.repository.openIssue({ title: `I${index}`, ...(index === 149 ? { labels: ['nightloom'] } : {}) });
    const found: string[] = [];
    let next = await look();
    for (let round = 0; next.more && round < 5; round += 1) {
      found.push(...next.triggers.map(({ name }) => name));
      next = await look(next.position);
    }
    found.push(...next.triggers.map(({ name }) => name));
    expect(found).toContain('#150 I149');
  });

  it.each([
    ['a primary limit', 'github_limit'],
    ['a secondary limit', 'github_limit'],
    ['a refusal', 'github_forbidden'],
    ['a missing repository', 'github_not_found'],
    ['servers that fail', 'github_unreachable'],
  ])('says what it met: %s', async (what, code) => {
    const { api } = remote;
    if (what === 'a primary limit') api.limit(0, Date.now() + 3_600_000);
    else if (what === 'a secondary limit') api.fail({ times: 9, what: FAULTS.secondaryLimit(3600) });
    else if (what === 'a refusal') api.fail({ times: 9, what: FAULTS.forbidden });
    else if (what === 'servers that fail') api.fail({ times: 9, what: FAULTS.serverError });
    else api.fail({ times: 9, what: { kind: 'instead', status: 404, message: 'Not Found' } });
    await expect(look()).rejects.toMatchObject({ code });
  });
});
