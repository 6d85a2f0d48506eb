import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  issueOf,
  lastLabelling,
  mayWrite,
  permissionOf,
  readComment,
  readDiscussion,
  readIssue,
  readPull,
  readPullDiff,
  readRepository,
} from '../../../src/host/github/reads.ts';
import { FAULTS } from '../../support/github-api.ts';
import { makeGithubRemote } from '../../support/github-remote.ts';
import type { GithubRemote } from '../../support/github-remote.ts';

let remote: GithubRemote;
beforeEach(async () => {
  remote = await makeGithubRemote();
});
afterEach(async () => {
  await remote.close();
});

const code = (name: string, more: object = {}) => expect.objectContaining({ code: name, ...more });

describe('reading', () => {
  it('gives the repository, an issue and its whole discussion over several pages', async () => {
    const { api } = remote;
    const { number } = api.repository.openIssue({ title: 'Slow', body: null, login: 'stranger' });
    for (let at = 1; at <= 205; at += 1) api.repository.comment(number, 'octo', `comment ${at}`);
    const github = await remote.connect();
    expect(await readRepository(github)).toMatchObject({ default_branch: 'main' });
    expect(await readIssue(github, number)).toMatchObject({ title: 'Slow', body: '', author_association: 'NONE' });
    const discussion = await readDiscussion(github, number);
    expect(discussion.map((comment) => comment.body)).toEqual(
      Array.from({ length: 205 }, (_none, index) => `comment ${index + 1}`),
    );
    expect(api.requests.filter((request) => request.path.includes('/comments'))).toHaveLength(3);
  });

  it('costs nothing while nothing changed', async () => {
    const { api } = remote;
    const github = await remote.connect();
    const ask = (etag: string | null) =>
      github.getChanged('/issues', z.array(z.object({ number: z.int() })), 'Reading issues', { state: 'all' }, etag);
    const first = await ask(null);
    expect(first?.data).toEqual([]);
    expect(await ask(first?.etag ?? null)).toBeNull();
    expect(api.requests.at(-1)?.status).toBe(304);
    api.repository.openIssue({ title: 'New' });
    expect((await ask(first?.etag ?? null))?.data).toEqual([{ number: 1 }]);
  });

  it('says what a person may do, also one whom nobody knows', async () => {
    const github = await remote.connect();
    remote.api.repository.permissions.set('reader', 'read');
    expect(mayWrite(await permissionOf(github, 'octo'))).toBe(true);
    expect(mayWrite(await permissionOf(github, 'reader'))).toBe(false);
    expect(await permissionOf(github, 'stranger')).toBe('none');
  });

  it('knows who put a label on last', async () => {
    const { repository } = remote.api;
    const { number } = repository.openIssue({ title: 'A' });
    const github = await remote.connect();
    expect(await lastLabelling(github, number, 'nightloom')).toBeNull();
    repository.label(number, 'stranger', 'nightloom');
    repository.unlabel(number, 'octo', 'nightloom');
    repository.label(number, 'octo', 'nightloom', 'bug');
    expect(await lastLabelling(github, number, 'nightloom')).toMatchObject({ login: 'octo' });
  });

  it('gives the change of a pull request as a patch', async () => {
    const { checkout, api } = remote;
    await checkout.git(['switch', '--quiet', '-c', 'topic']);
    await checkout.commit('Topic', { 'new.txt': 'new\n' });
    await checkout.git(['push', '--quiet', 'origin', 'topic']);
    const { number } = api.repository.openPull({ title: 'Topic', head: 'topic' });
    const github = await remote.connect();
    expect(await readPullDiff(github, number)).toContain('+++ b/new.txt');
    expect(await readPull(github, number)).toMatchObject({ head: { ref: 'topic', sha: api.repository.sha('topic') } });
  });

  it('gives one comment with the issue that it belongs to', async () => {
    const { repository } = remote.api;
    const { number } = repository.openIssue({ title: 'A' });
    const { id } = repository.comment(number, 'octo', 'Please.');
    const comment = await readComment(await remote.connect(), id);
    expect(comment).toMatchObject({ body: 'Please.', author_association: 'OWNER' });
    expect(issueOf(comment)).toBe(number);
  });
});

describe('what goes wrong', () => {
  it('a wrong token needs a login', async () => {
    const github = await remote.connect({ token: 'ghp_wrong' });
    await expect(readRepository(github)).rejects.toEqual(code('github_needs_login'));
    expect(remote.api.requests).toHaveLength(1);
  });

  it('a token without the permission is told so and not tried again', async () => {
    remote.api.fail({ path: /\/issues\/1$/, what: FAULTS.forbidden });
    const github = await remote.connect();
    await expect(readIssue(github, 1)).rejects.toEqual(code('github_forbidden'));
    expect(remote.api.requests).toHaveLength(1);
  });

  it('what is not there is not found', async () => {
    const error = await readIssue(await remote.connect(), 99).catch((thrown: unknown) => thrown);
    expect(error).toEqual(code('github_not_found'));
    expect(String(error)).toContain('Reading issue 99 of octo/app');
  });

  it('a server error is tried again when reading', async () => {
    remote.api.repository.openIssue({ title: 'A' });
    remote.api.fail({ path: /\/issues\/1$/, what: FAULTS.serverError });
    expect(await readIssue(await remote.connect(), 1)).toMatchObject({ title: 'A' });
    expect(remote.api.requests.map((request) => request.status)).toEqual([502, 200]);
  });

  it('a server error is never tried again when writing', async () => {
    remote.api.fail({ method: 'POST', what: FAULTS.diesAfterwards });
    const { number } = remote.api.repository.openIssue({ title: 'A' });
    const github = await remote.connect();
    const writing = github.write('POST', `/issues/${number}/comments`, { body: 'x' }, z.unknown(), 'Commenting');
    await expect(writing).rejects.toEqual(code('github_unreachable'));
    expect(remote.api.repository.bodies(number)).toEqual(['x']);
  });

  it('a used up limit says when it is over', async () => {
    const resetsAtMs = Math.ceil(Date.now() / 1000 + 1800) * 1000;
    remote.api.limit(0, resetsAtMs);
    const error = await readRepository(await remote.connect()).catch((thrown: unknown) => thrown);
    expect(error).toEqual(code('github_limit', { retryAt: new Date(resetsAtMs).toISOString() }));
    expect(remote.api.requests).toHaveLength(1);
  });

  it('a short secondary limit is waited for', async () => {
    remote.api.fail({ what: FAULTS.secondaryLimit(1) });
    expect(await readRepository(await remote.connect())).toMatchObject({ full_name: 'octo/app' });
    expect(remote.api.requests.map((request) => request.status)).toEqual([403, 200]);
  });

  it('a long secondary limit is an error with its time', async () => {
    remote.api.fail({ what: FAULTS.secondaryLimit(120) });
    const began = Date.now();
    const error = await readRepository(await remote.connect()).catch((thrown: unknown) => thrown);
    expect(error).toEqual(code('github_limit'));
    const { retryAt } = z.object({ retryAt: z.string() }).parse(error);
    expect(Date.parse(retryAt) - began).toBeGreaterThan(100_000);
  });

  it('a server that is gone is unreachable', async () => {
    const github = await remote.connect();
    await remote.api.close();
    await expect(github.write('POST', '/issues', {}, z.unknown(), 'Opening an issue')).rejects.toEqual(
      code('github_unreachable'),
    );
  });
});
