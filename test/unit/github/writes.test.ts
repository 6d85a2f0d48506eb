import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asId } from '../../../src/contracts/ids.ts';
import { commentOnce, deleteBranch, isOurs, pullOnce, reviewOnce, setLabels } from '../../../src/host/github/writes.ts';
import { FAULTS } from '../../support/github-api.ts';
import { makeGithubRemote } from '../../support/github-remote.ts';
import type { GithubRemote } from '../../support/github-remote.ts';

const writer = { installation: asId('installation', 'i_0123456789'), task: asId('task', 't_0123456789') };
const other = { ...writer, task: asId('task', 't_9876543210') };
let remote: GithubRemote;
beforeEach(async () => {
  remote = await makeGithubRemote();
});
afterEach(async () => {
  await remote.close();
});

/** A branch with one commit at the remote. */
async function pushTopic(): Promise<void> {
  const { checkout } = remote;
  await checkout.git(['switch', '--quiet', '-c', 'topic']);
  await checkout.commit('Topic', { 'new.txt': 'new\n' });
  await checkout.git(['push', '--quiet', 'origin', 'topic']);
}

describe('each write happens once', () => {
  it('a comment, also when the answer to the first never came', async () => {
    const { number } = remote.api.repository.openIssue({ title: 'A' });
    const github = await remote.connect();
    const comment = { issue: number, name: 'done' as const, body: 'Done.' };
    remote.api.fail({ method: 'POST', what: FAULTS.diesAfterwards });
    await expect(commentOnce(github, writer, comment)).rejects.toMatchObject({ code: 'github_unreachable' });
    const found = await commentOnce(github, writer, comment);
    expect((await commentOnce(github, writer, comment)).id).toBe(found.id);
    const bodies = remote.api.repository.bodies(number);
    expect(bodies).toEqual([`Done.\n\n<!-- nightloom:i_0123456789:t_0123456789:done -->`]);
    expect(isOurs(bodies[0] ?? '')).toBe(true);
  });

  it('another task, or another text of the same task, is another comment', async () => {
    const { number } = remote.api.repository.openIssue({ title: 'A' });
    const github = await remote.connect();
    await commentOnce(github, writer, { issue: number, name: 'done', body: 'x' });
    await commentOnce(github, other, { issue: number, name: 'done', body: 'x' });
    expect(remote.api.repository.bodies(number)).toHaveLength(2);
  });

  it('a comment that is on the third page of a discussion is found', async () => {
    const { number } = remote.api.repository.openIssue({ title: 'A' });
    for (let at = 0; at < 230; at += 1) remote.api.repository.comment(number, 'octo', 'talk');
    const github = await remote.connect();
    await commentOnce(github, writer, { issue: number, name: 'done', body: 'x' });
    await commentOnce(github, writer, { issue: number, name: 'done', body: 'x' });
    expect(remote.api.writes()).toHaveLength(1);
  });

  it('a pull request, also when the answer to the first never came', async () => {
    await pushTopic();
    const github = await remote.connect();
    const wanted = { head: 'topic', base: 'main', title: 'Topic', body: 'What it does.' };
    remote.api.fail({ method: 'POST', what: FAULTS.diesAfterwards });
    await expect(pullOnce(github, writer, wanted)).rejects.toMatchObject({ code: 'github_unreachable' });
    const pull = await pullOnce(github, writer, wanted);
    expect((await pullOnce(github, other, wanted)).number).toBe(pull.number);
    expect(remote.api.writes()).toEqual(['POST /pulls']);
  });

  it('a pull request of a branch without commits is refused with what GitHub says', async () => {
    await remote.checkout.git(['push', '--quiet', 'origin', 'HEAD:refs/heads/empty']);
    const wanted = { head: 'empty', base: 'main', title: 'T', body: '' };
    await expect(pullOnce(await remote.connect(), writer, wanted)).rejects.toMatchObject({
      code: 'github_refused',
      message: expect.stringContaining('No commits between main and empty'),
    });
  });

  it('a review', async () => {
    await pushTopic();
    const { number, pull } = remote.api.repository.openPull({ title: 'Topic', head: 'topic' });
    const github = await remote.connect();
    const review = { pull: number, commit: remote.api.repository.sha('topic'), body: 'Looks right.' };
    remote.api.fail({ method: 'POST', what: FAULTS.diesAfterwards });
    await expect(reviewOnce(github, writer, review)).rejects.toMatchObject({ code: 'github_unreachable' });
    await reviewOnce(github, writer, review);
    expect(pull?.reviews).toMatchObject([{ event: 'COMMENT', commit_id: review.commit }]);
  });
});

describe('labels and branches', () => {
  it('labels that are as they should be are not written again', async () => {
    const { repository } = remote.api;
    const issue = repository.openIssue({ title: 'A', labels: ['bug', 'nightloom: working'] });
    const github = await remote.connect();
    const change = { add: ['nightloom: done'], remove: ['nightloom: working', 'never there'] };
    await setLabels(github, issue.number, issue.labels, change);
    await setLabels(github, issue.number, issue.labels, change);
    expect(issue.labels).toEqual(['bug', 'nightloom: done']);
    expect(remote.api.writes()).toEqual(['POST /issues/1/labels', 'DELETE /issues/1/labels/nightloom%3A%20working']);
  });

  it('a branch that is gone already is fine', async () => {
    await pushTopic();
    const github = await remote.connect();
    await deleteBranch(github, 'topic');
    await deleteBranch(github, 'topic');
    expect(remote.api.repository.hasBranch('topic')).toBe(false);
  });
});
